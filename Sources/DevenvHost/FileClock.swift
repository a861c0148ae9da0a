import Glibc
package import SystemPackage

/// The clock that the kernel takes the times of files from (clock_gettime(2), `CLOCK_REALTIME_COARSE`).
package enum FileClock {
    /// Now, since 1970. A file that changes from now on has this time or a later one.
    package static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// When a file, or the names in a directory, changed last; nil where there is none.
    package static func changed(_ path: FilePath) -> Duration? {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return nil }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }
}
