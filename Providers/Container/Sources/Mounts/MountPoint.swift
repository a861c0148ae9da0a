import CSyscalls
import DevenvHost
import Dispatch
import Glibc
import SystemPackage

/// A directory that something may be mounted on.
enum MountPoint {
    /// Whether an overlay is mounted there: it then lies on another device than the directory above it, as an overlay
    /// has one of its own.
    static func isMounted(_ path: FilePath) -> Bool {
        var (here, above) = (stat(), stat())
        guard stat(path.string, &here) == 0, stat(path.removingLastComponent().string, &above) == 0 else {
            return false
        }
        return here.st_dev != above.st_dev
    }

    /// Takes a mount away; nothing mounted there is fine. Flushing what was written can take a second, so it happens on
    /// a thread of its own.
    static func unmount(_ path: FilePath) async throws(HostError) {
        let error = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: unmountNow(path)) }
        }
        if let error { throw HostError("unmounting", path, error) }
    }

    /// As often as something is mounted there: starts that were killed in the middle may have stacked layers.
    private static func unmountNow(_ path: FilePath) -> Errno? {
        var isLazy: Int32 = 0
        while true {
            if devenv_unmount(path.string, isLazy) == 0 { continue }
            switch Errno(rawValue: errno) {
            case .invalidArgument, .noSuchFileOrDirectory: return nil
            case .resourceBusy where isLazy == 0: isLazy = 1
            case let error: return error
            }
        }
    }
}
