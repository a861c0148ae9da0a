import Glibc

/// The clock that the kernel takes the times of files from (clock_gettime(2), `CLOCK_REALTIME_COARSE`).
package enum FileClock {
    /// Now, since 1970. A file that changes from now on has this time or a later one.
    package static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
