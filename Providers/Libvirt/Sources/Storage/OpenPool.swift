import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A pool whose volumes can be used.
struct OpenPool: Hashable, Sendable {
    /// Its name.
    let name: String
    /// Its directory, on the daemon's host.
    let directory: FilePath
    /// How its files are got at.
    let reach: PoolReach

    /// Where a volume's file is.
    func path(of volume: String) -> FilePath { directory.appending(volume) }

    /// Whether devenv may make files in it itself.
    var isWritable: Bool { unsafe reach == .files && access(directory.string, W_OK | X_OK) == 0 }

    /// How many bytes are free in it, nil where that can't be seen from here.
    var free: Int64? {
        guard reach == .files else { return nil }
        return HostFiles.room(in: directory)
    }
}
