import DevenvCrypto
import DevenvTestSupport
import Glibc
import LibvirtProvider
import Testing

/// libvirt's test driver: a hypervisor that is only acted, within this process.
enum TestDriver {
    static let uri = "test:///default"

    /// A domain of the test's own, gone afterwards.
    static func withDomain(_ elements: [XMLElement] = [], _ body: (LibvirtConnection, DomainID) async throws -> Void)
        async throws
    {
        let connection = try await LibvirtConnection.open(uri)
        let digits = SecureRandom.hexadecimal(digits: 32)
        let id = try await connection.define(domain(digits, elements))
        #expect(id == DomainID(digits))
        do {
            try await body(connection, id)
            try await remove(id, connection)
        } catch {
            try? await remove(id, connection)  // the body's own failure is the one to report
            throw error
        }
    }

    /// A domain that the driver takes.
    static func domain(_ digits: String, _ elements: [XMLElement] = []) -> XMLElement {
        XMLElement(
            "domain", ["type": "test"],
            [
                XMLElement("name", text: "devenv-test-\(digits)"), XMLElement("uuid", text: digits),
                XMLElement("memory", ["unit": "MiB"], text: "64"), XMLElement("vcpu", text: "1"),
                XMLElement("os", [:], [XMLElement("type", text: "hvm")]),
            ] + elements)
    }

    /// The name of such a domain.
    static func name(of id: DomainID) -> String { "devenv-test-\(id.digits)" }

    private static func remove(_ id: DomainID, _ connection: LibvirtConnection) async throws {
        guard let info = try await connection.domains(of: [id])[id] else { return }
        if info.isActive { try await connection.powerOff(id, gracefully: false) }
        try await connection.undefine(id)
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where a library is not installed; under `CI=true` that is a failure.
    static func requires(library name: String) -> Self {
        let library = dlopen(name, RTLD_LAZY | RTLD_LOCAL)
        return Requirement.trait(library != nil, "needs \(name), which is not installed")
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where a daemon of its own can't be started; under `CI=true` that is a failure.
    static var requiresPrivateLibvirt: Self {
        let tools = ["libvirtd", "virsh", "tini", "setpriv", "unshare"]
        let holds = geteuid() == 0 && tools.allSatisfy { Requirement.find($0) != nil }
        return Requirement.trait(holds, "needs to be run by root, with \(tools.joined(separator: ", ")) installed")
    }
}
