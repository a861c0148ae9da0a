/// When changes are sent: soon after the last of them, as one save is several events, and in any case a bounded time after the
/// first. Where there are many, as after the switch of a branch, more are about to come, and they are waited for longer.
enum Settling {
    private static let many = 40
    private static let manyRemovals = 20

    /// The moment from which on they may be sent, as far as can be told now; nil where there are none.
    static func end(of changes: PendingChanges) -> ContinuousClock.Instant? {
        [endOfNew(changes), endOfHeld(changes)].compactMap(\.self).min()
    }

    private static func endOfNew(_ changes: PendingChanges) -> ContinuousClock.Instant? {
        guard let first = changes.first, let last = changes.last else { return nil }
        let isMuch = changes.entries.count > many
        let (quiet, bound) = isMuch ? (300, 5_000) : (12, 100)
        return min(last + .milliseconds(quiet), first + .milliseconds(bound))
    }

    private static func endOfHeld(_ changes: PendingChanges) -> ContinuousClock.Instant? {
        changes.firstHeld.map { min((changes.lastRemoval ?? $0) + quiet(changes.held.count), $0 + longestHold) }
    }

    /// Whether entries that are gone are not to be removed in the machine yet: where a folder is removed, all that is in it goes
    /// first and the folder itself last, and then nothing is to be removed. Nobody waits for a removal as for a save.
    static func holdsBack(_ removals: Int, of changes: PendingChanges, at moment: ContinuousClock.Instant) -> Bool {
        guard removals > 0, let last = changes.lastRemoval else { return false }
        let isLong = changes.firstHeld.map { moment >= $0 + longestHold } ?? false
        return !isLong && moment < last + quiet(removals)
    }

    private static let longestHold = Duration.seconds(30)

    private static func quiet(_ removals: Int) -> Duration {
        removals > manyRemovals ? .seconds(1) : .milliseconds(200)
    }
}
