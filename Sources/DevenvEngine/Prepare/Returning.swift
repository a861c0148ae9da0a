import DevenvDiagnostics
import DevenvModel
package import SystemPackage

/// What of synced folders comes back from machines.
package struct Returning: Sendable {
    /// Whether it was asked for: then nothing goes the other way, whatever the folders' directions are.
    let isAskedFor: Bool
    /// The file or directory of this host that it is about; nil for all folders.
    let path: FilePath?
    /// Asked with what would be lost before more than half of the files of one side are removed.
    let mayRemove: @Sendable (String) async -> Bool

    /// What the folders' directions say; more than half of a tree is never removed.
    init() {
        self.init(isAskedFor: false, path: nil) { _ in false }
    }

    /// What is asked for, or else what the folders' directions say.
    package init(isAskedFor: Bool, path: FilePath?, mayRemove: @escaping @Sendable (String) async -> Bool) {
        self.isAskedFor = isAskedFor
        self.path = path
        self.mayRemove = mayRemove
    }

    /// Whether something of a folder comes back.
    func concerns(_ folder: SyncedFolder) -> Bool { isAskedFor || folder.direction != .push }

    /// Whether what has changed here goes into the machine then.
    func sends(_ folder: SyncedFolder) -> Bool { !isAskedFor && folder.direction == .both }

    /// Whether a folder holds the path, where there is one.
    func includes(_ folder: SyncedFolder) -> Bool { path?.starts(with: folder.source.value) ?? true }

    /// The path within a folder that holds it; nil for all of the folder.
    func part(of folder: SyncedFolder) -> FilePath? {
        guard var part = path, part.removePrefix(folder.source.value), !part.isEmpty else { return nil }
        return part
    }
}
