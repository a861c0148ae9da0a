import DevenvHost
import DevenvPluginAPI
import SystemPackage

extension ProviderError {
    /// Runs something with files of this host and translates what goes wrong with them.
    static func translate<Value: ~Copyable>(_ body: () throws(HostError) -> Value) throws(ProviderError) -> Value {
        do { return try body() } catch { throw ProviderError(error) }
    }

    /// What an error of the system means to the user.
    init(_ error: HostError) {
        switch error.errno {
        case .noSpace, Errno(rawValue: 122):  // EDQUOT
            self = .diskFull(
                error.description,
                help: "free some space: 'devenv destroy' of machines no longer needed, 'devenv box prune'")
        case .notPermitted, .permissionDenied: self = .notPermitted(error.description, help: Cure.root)
        default: self = .failed(error.description)
        }
    }

    /// What it means that a program could not be run to its end.
    init(_ error: ToolError) {
        switch error.code {
        case .missing: self = .toolMissing(error.tool, help: Cure.install(error.tool))
        case .timedOut: self = .timedOut(error.description)
        case .cancelled: self = .cancelled(error.description)
        case .tooMuchOutput, .failed: self = .failed(error.description)
        }
    }
}

/// Commands that mend what is missing on a host.
enum Cure {
    /// Without root.
    static let root = "run devenv as root (sudo devenv …)"

    /// Without a program.
    static func install(_ tool: String) -> String {
        let packages = [
            "ip": "iproute2", "nft": "nftables", "nsenter": "util-linux", "unshare": "util-linux",
            "newuidmap": "uidmap", "newgidmap": "uidmap",
        ]
        return "apt-get install \(packages[tool] ?? tool)"
    }
}
