import CHost

/// The clock of this host, which machines take over.
package enum HostClock {
    /// Whether something keeps it right, such as a time daemon (adjtimex(2)); nil where that can't be told.
    package static var isKept: Bool? {
        let answer = devenv_clock_is_kept()
        return answer < 0 ? nil : answer == 1
    }
}
