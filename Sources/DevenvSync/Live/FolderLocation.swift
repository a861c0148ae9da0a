import DevenvDiagnostics
import DevenvModel
import SystemPackage

/// Where a folder is on this host, to make the paths of its entries as system calls take them.
struct FolderLocation: Sendable {
    private let source: [UInt8]

    init(_ folder: SyncedFolder) { source = Array(folder.source.value.string.utf8) }

    /// The path of an entry, with a NUL at its end.
    func path(of entry: RelativePath) -> [UInt8] {
        var path = source
        path.reserveCapacity(path.count + entry.bytes.count + 2)
        // behind the slash a folder that is a symbolic link is followed
        path.append(UInt8(ascii: "/"))
        path += entry.bytes
        path.append(0)
        return path
    }
}
