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
            self = .diskFull(error.description, help: "free some space: 'devenv destroy' of machines no longer needed")
        case .notPermitted, .permissionDenied:
            self = .notPermitted(error.description, help: "run devenv as root (sudo devenv …)")
        default: self = .failed(error.description)
        }
    }

    /// What it means that a program could not be run to its end.
    init(_ error: ToolError) {
        switch error.code {
        case .missing: self = .toolMissing(error.tool, help: "apt-get install \(Self.package(of: error.tool))")
        case .timedOut: self = .timedOut(error.description)
        case .cancelled: self = .cancelled(error.description)
        case .tooMuchOutput, .failed: self = .failed(error.description)
        }
    }

    /// The Debian package that a program is in.
    private static func package(of tool: String) -> String {
        let packages = [
            "ip": "iproute2", "qemu-img": "qemu-utils", "setsid": "util-linux", "dnsmasq": "dnsmasq-base",
            "xorrisofs": "xorriso", "cp": "coreutils", "cmp": "diffutils",
        ]
        return packages[tool] ?? tool
    }
}
