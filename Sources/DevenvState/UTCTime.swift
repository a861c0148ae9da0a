import Glibc

/// A moment as people and programs read it alike.
package enum UTCTime {
    /// `2026-11-22 14:03:05 UTC`, from seconds since 1970.
    package static func text(_ seconds: Int) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map(padded)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0)) }
        return "\(date.joined(separator: "-")) \(clock.joined(separator: ":")) UTC"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
