import DevenvHost
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// A filter of system calls as `config.json` takes it.
struct SeccompFilter: Codable, Hashable, Sendable {
    var defaultAction: String
    var defaultErrnoRet: UInt32?
    var architectures: [String]
    var syscalls: [Rule]

    struct Rule: Codable, Hashable, Sendable {
        var names: [String]
        var action: String
        var errnoRet: UInt32?
        var args: [Argument]?
    }

    struct Argument: Codable, Hashable, Sendable {
        var index: UInt32
        var value: UInt64
        var valueTwo: UInt64?
        var op: String
    }
}

/// The profile that podman, buildah and skopeo share, containers-seccomp.json(5): rules with conditions.
struct SeccompProfile: Decodable, Sendable {
    /// Where the distribution puts it.
    static let path: FilePath = "/usr/share/containers/seccomp.json"
    /// How to get it.
    static let cure = "apt-get install golang-github-containers-common"

    let defaultAction: String
    let defaultErrnoRet: UInt32?
    let syscalls: [Rule]

    struct Rule: Decodable, Sendable {
        let names: [String]
        let action: String
        let errnoRet: UInt32?
        let args: [SeccompFilter.Argument]?
        let includes: Condition?
        let excludes: Condition?
    }

    struct Condition: Decodable, Sendable {
        let caps: [String]?
        let arches: [String]?
    }

    /// Reads the profile of this host.
    static func read() throws(ProviderError) -> SeccompProfile {
        let bytes = try ProviderError.translate { () throws(HostError) in try HostFiles.read(path) }
        guard let bytes else { throw .unsupported("there is no seccomp profile at '\(path)'", help: cure) }
        do { return try JSONDecoder().decode(SeccompProfile.self, from: Data(bytes)) } catch {
            throw .unsupported(
                "the seccomp profile '\(path)' can't be read: \(error)",
                help: "apt-get install --reinstall golang-github-containers-common")
        }
    }

    /// The filter of this host for a machine.
    static func filter(adding capabilities: [Capability]) throws(ProviderError) -> SeccompFilter {
        try read().filter(for: .current, capabilities: capabilities)
    }

    /// The filter for one architecture and a set of capabilities. For one: each more makes the start of a machine
    /// slower, and lets in only programs that boxes don't have.
    func filter(for architecture: Architecture, capabilities: [Capability]) -> SeccompFilter {
        let names = Set((Capability.usual + capabilities).map(\.name))
        let rules = syscalls.filter { rule in
            rule.includes?.holds(architecture, names) ?? true
                && !(rule.excludes?.matchesAny(architecture, names) ?? false)
        }
        return SeccompFilter(
            defaultAction: defaultAction, defaultErrnoRet: defaultErrnoRet, architectures: [architecture.seccompName],
            syscalls: rules.map { rule in
                let arguments = rule.args.flatMap { $0.isEmpty ? nil : $0 }
                return SeccompFilter.Rule(
                    names: rule.names, action: rule.action, errnoRet: rule.errnoRet, args: arguments)
            })
    }

    /// A processor architecture.
    enum Architecture: String, Sendable {
        case amd64
        case arm64

        /// That of this host.
        static var current: Architecture {
            #if arch(arm64)
                .arm64
            #else
                .amd64
            #endif
        }

        var seccompName: String {
            switch self {
            case .amd64: "SCMP_ARCH_X86_64"
            case .arm64: "SCMP_ARCH_AARCH64"
            }
        }
    }
}

extension SeccompProfile.Condition {
    /// Whether everything that it names is there.
    fileprivate func holds(_ architecture: SeccompProfile.Architecture, _ capabilities: Set<String>) -> Bool {
        let isArchitecture = arches.map { $0.isEmpty || $0.contains(architecture.rawValue) } ?? true
        return isArchitecture && (caps ?? []).allSatisfy(capabilities.contains)
    }

    /// Whether something that it names is there.
    fileprivate func matchesAny(_ architecture: SeccompProfile.Architecture, _ capabilities: Set<String>) -> Bool {
        (arches ?? []).contains(architecture.rawValue) || (caps ?? []).contains(where: capabilities.contains)
    }
}
