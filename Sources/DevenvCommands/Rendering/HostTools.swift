import DevenvHost
import DevenvPluginAPI

/// The programs of this host that devenv itself calls, whatever the provider.
enum HostTools {
    private struct Tool {
        let name: String
        let package: String
        let purpose: String
        let isNeeded: Bool
    }

    private static let tools = [
        Tool(
            name: "ssh", package: "openssh-client", purpose: "logging in with 'devenv ssh', and rsync", isNeeded: true),
        Tool(name: "rsync", package: "rsync", purpose: "synced folders", isNeeded: true),
        Tool(name: "mmdebstrap", package: "mmdebstrap", purpose: "'devenv box build'", isNeeded: false),
        Tool(name: "zstd", package: "zstd", purpose: "boxes in .tar.zst archives", isNeeded: false),
    ]

    /// Which of them are there. One that is missing leaves the rest usable.
    static func findings(path: String?) -> [Finding] {
        tools.map { tool in
            if let place = ExecutableSearch.find(tool.name, path: path) {
                return Finding(.fine, "\(tool.name) is \(place), for \(tool.purpose)")
            }
            return Finding(
                tool.isNeeded ? .problem : .warning, "\(tool.name) is not installed; it is needed for \(tool.purpose)",
                cure: "apt-get install \(tool.package)")
        }
    }
}
