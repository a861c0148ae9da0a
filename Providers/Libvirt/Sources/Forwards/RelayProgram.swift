import DevenvHost
import DevenvPluginAPI
package import SystemPackage

/// The program that forwards are carried out by. It begins with `ForwardRelay.serve`.
package struct RelayProgram: Sendable {
    private let path: FilePath?

    /// A program by its path.
    package init(_ path: FilePath) { self.path = path }

    private init(path: FilePath?) { self.path = path }

    /// The program that runs now, wherever it was installed. To be used only by one that begins with `ForwardRelay.serve`.
    package static var own: RelayProgram { RelayProgram(path: ownPath()) }

    /// Where it is.
    func locate() throws(ProviderError) -> FilePath {
        guard let path else { throw .failed("forwarding ports: the path of devenv's own program can't be read") }
        guard ToolPath.find(path.string) != nil else {
            throw .failed("forwarding ports: there is no program '\(path)'", help: "run the command again")
        }
        return path
    }

    /// The kernel says so where the file was replaced while it ran: then its successor stands there.
    private static func ownPath() -> FilePath? {
        guard let text = HostFiles.target(of: "/proc/self/exe")?.string else { return nil }
        let replaced = " (deleted)"
        return FilePath(text.hasSuffix(replaced) ? String(text.dropLast(replaced.count)) : text)
    }
}
