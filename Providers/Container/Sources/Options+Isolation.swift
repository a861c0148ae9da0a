import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// What of its memory a machine may swap out.
enum SwapLimit: Hashable, Sendable {
    /// Nothing.
    case none
    /// That much beside its memory.
    case some(ByteCount)
    /// As much as the host has.
    case unlimited

    /// Reads `swap`.
    static func read(_ reader: inout OptionReader) -> SwapLimit {
        guard let text = reader.string("swap") else { return .none }
        switch text.value {
        case "none": return .none
        case "unlimited": return .unlimited
        default:
            if let size = ByteCount(parsing: text.value) { return .some(size) }
            reader.report(
                .error(
                    "'\(text.value)' is no value for 'swap'; it takes none, unlimited or a size such as 512MiB",
                    at: text.location))
            return .none
        }
    }

    /// The limit of memory and swap together in bytes, as the OCI Runtime Specification has it; -1 for none.
    func total(beside memory: ByteCount?) -> Int64 {
        guard let memory else { return -1 }
        switch self {
        case .none: return memory.bytes
        case .some(let size):
            let (sum, overflow) = memory.bytes.addingReportingOverflow(size.bytes)
            return overflow ? -1 : sum
        case .unlimited: return -1
        }
    }
}

extension SwapLimit: CustomStringConvertible {
    /// As it is written in an Envfile.
    var description: String {
        switch self {
        case .none: "none"
        case .some(let size): size.description
        case .unlimited: "unlimited"
        }
    }
}

extension ContainerOptions {
    /// Everything that root inside can do.
    func allCapabilities(of host: [Capability]) -> [Capability] {
        guard !isPrivileged else { return host }
        let more = (isNesting ? Capability.nesting : []) + (initiator == .systemd ? Capability.systemd : [])
        return Set(Capability.usual + capabilities + more).sorted()
    }

    /// Whether the machine makes control groups below its own.
    var ownsControlGroups: Bool { isNesting || isPrivileged || initiator == .systemd }

    /// What is asked for that an ordinary user's machines don't have, and why. `hasGroups`: whether they have control groups that
    /// they can divide further.
    func reservedForRoot(hasGroups: Bool) -> [(option: String, reason: String)] {
        [
            ("privileged", "only root's machines can be root of this host", isPrivileged),
            (
                "init: systemd",
                "systemd takes a control group of version 2, on a host that has no other, delegated to you",
                initiator == .systemd && !hasGroups
            ),
        ].filter(\.2).map { ($0.0, $0.1) }
    }

    /// Whether all of /proc and /sys is in sight. The kernel lets a user namespace mount them anew, as containers inside do, only
    /// where nothing of them is hidden (mount_namespaces(7)).
    var seesAll: Bool { isNesting || isPrivileged }

    /// Whether system calls are filtered.
    var isFiltered: Bool { seccomp == .default && !isPrivileged }

    static func initiator(_ reader: inout OptionReader, hasCommand: Bool) -> Initiator {
        guard let choice = reader.switchOrWord("init", word: "systemd") else { return .small }
        switch choice.value {
        case "true": return .small
        case "false": return .none
        default:
            guard hasCommand else { return .systemd }
            reader.report(
                .error(
                    "'command' has no effect with 'init: systemd': systemd starts what its units say",
                    at: choice.location, help: "leave 'command' out, or make a unit of it"))
            return .systemd
        }
    }

    static func devices(_ reader: inout OptionReader) -> [String] {
        let paths = reader.strings("devices") ?? []
        for path in paths where !path.value.hasPrefix("/dev/") || path.value.split(separator: "/").contains("..") {
            reader.report(
                .error(
                    "'\(path.value)' is no device of this host", at: path.location,
                    help: "give its path: /dev/fuse, /dev/net/tun, /dev/kvm"))
        }
        return paths.map(\.value)
    }
}
