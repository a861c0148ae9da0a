import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// Looks at both ends of a load before anything is carried.
struct LoadInspection {
    private let load: FileLoad
    private let communicator: any Communicator

    /// Names a load; nothing is looked at yet.
    init(_ load: FileLoad, _ communicator: any Communicator) {
        self.load = load
        self.communicator = communicator
    }

    /// The call that carries it. Throws where an end is missing or may not be read or written.
    func call(_ endpoint: SSHEndpoint) async throws(SyncError) -> LoadCall {
        switch load.way {
        case .upload(let sources, let target): try await upload(sources, Self.guestPath(target), endpoint)
        case .download(let source, let target): try await download(Self.guestPath(source), target, endpoint)
        }
    }

    private func upload(
        _ sources: [String], _ target: String, _ endpoint: SSHEndpoint
    ) async throws(SyncError) -> LoadCall {
        var size: Int64 = 0
        for source in sources { size += try HostLoad.size(of: source, load.attempt) }
        let isTree = sources.contains { HostFiles.isDirectory(FilePath($0)) }
        let answer = try await GuestLoad(load, communicator).target(target, isAlone: sources.count == 1)
        var words = sources
        // as cp does it: one directory to a name that is free arrives under that name
        if answer == .free, words.count == 1, isTree, !words[0].hasSuffix("/") { words[0] += "/" }
        return LoadCall(
            endpoint: endpoint, sources: words, target: target, isUpload: true, asRoot: load.asRoot,
            followsLinks: !isTree, total: size)
    }

    private func download(
        _ source: String, _ target: FilePath, _ endpoint: SSHEndpoint
    ) async throws(SyncError) -> LoadCall {
        let found = try await GuestLoad(load, communicator).source(source)
        let isFree = !HostFiles.isDirectory(target)
        if isFree { try HostLoad.checkParent(of: target, load.attempt) }
        let isContents = found.isDirectory && isFree && !source.hasSuffix("/")
        return LoadCall(
            endpoint: endpoint, sources: [isContents ? source + "/" : source], target: target.string,
            isUpload: false, asRoot: load.asRoot, followsLinks: !found.isDirectory, total: found.size)
    }

    /// A path as rsync takes it: what is not absolute starts in the home directory, where no `~` is known.
    private static func guestPath(_ path: String) -> String {
        if path == "~" || path == "~/" || path.isEmpty { return "./" }
        return path.hasPrefix("~/") ? "./" + path.dropFirst(2) : path.hasPrefix("/") ? path : "./" + path
    }
}
