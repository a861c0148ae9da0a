import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// The checker that other tests trust: it must see what libvirt really has.
@Suite(.requiresRoot, .requiresLibvirt, .requires(tool: "virsh")) struct LibvirtLeftoversTests {
    @Test func whatBearsAMarkIsFoundUntilItIsGone() async throws {
        let id = SecureRandom.hexadecimal(digits: 16)
        let leftovers = LibvirtLeftovers(marks: [id])
        #expect(try await leftovers.all() == [])
        try await TemporaryDirectory.with { directory in
            let made = Made(id: id, directory: directory)
            try await made.tried {
                try await made.define()
            } _: {
                let found = try await leftovers.all().joined(separator: "\n")
                for kind in [
                    "domain ", "network shop-default-\(id)", "volume shop-web-\(id).qcow2", "link \(made.bridge)",
                ] {
                    #expect(found.contains(kind), "\(kind) is not in \(found)")
                }
                for kind in ["rule ", "file /etc/libvirt/qemu/", "dnsmasq"] {
                    #expect(found.contains(kind), "\(kind) is not in \(found)")
                }
            }
        }
        let left = try await leftovers.all()
        #expect(left == [])
    }

    @Test func nothingOfOthersIsFound() async throws {
        let found = try await LibvirtLeftovers(marks: [SecureRandom.hexadecimal(digits: 16)]).all()
        #expect(found == [])
    }
}

/// A domain, a network that runs and a volume, made by virsh alone.
private struct Made: Sendable {
    let id: String
    let directory: TemporaryDirectory

    /// Undoes all that was done, however far it came.
    func tried(_ make: () async throws -> Void, _ body: () async throws -> Void) async throws {
        let result: Result<Void, any Error>
        do {
            try await make()
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        for (undone, name) in [
            ("undefine", domain), ("net-destroy", network), ("net-undefine", network), ("pool-destroy", network),
        ] {
            _ = try? await virsh(undone, name)  // what was never made can't be undone
        }
        try result.get()
    }

    func define() async throws {
        try await virsh("define", file("domain.xml", domainXML))
        try await virsh("net-define", file("network.xml", networkXML))
        try await virsh("net-start", network)
        try await virsh("pool-create-as", network, "dir", "--target", directory.path.string)
        try await virsh("vol-create-as", network, "\(domain).qcow2", "1M", "--format", "raw")
    }

    private var domain: String { "shop-web-\(id)" }
    private var network: String { "shop-default-\(id)" }

    private var domainXML: String {
        """
        <domain type='qemu'><name>\(domain)</name><memory unit='MiB'>64</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
        """
    }

    /// As the provider names it.
    var bridge: String { "lv" + id.prefix(8) + "01234" }

    private var networkXML: String {
        """
        <network><name>\(network)</name><bridge name='\(bridge)' stp='off'/>
        <ip address='127.213.7.1' netmask='255.255.255.248'><dhcp><range start='127.213.7.2' end='127.213.7.6'/></dhcp></ip>
        </network>
        """
    }

    private func file(_ name: String, _ text: String) throws -> String { try directory.write(text, to: name).string }

    private func virsh(_ arguments: String...) async throws {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", LibvirtDaemon.system] + arguments)
        let outcome = try await SystemToolRunner().run(call)
        guard outcome.status == 0 else { throw Failure(description: "\(call): \(outcome.complaint)") }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
