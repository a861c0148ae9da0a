/// What has happened in a folder and was not sent yet; pure.
struct PendingChanges: Sendable {
    /// What is known of an entry that has changed.
    struct Change: Hashable, Sendable {
        /// A directory of that name went away: what is of another kind now needs its place.
        var wasDirectory = false
        /// It was made since changes were last taken, under a name that nothing had: the machine does not have it.
        var isNew = false
    }

    /// The entries that have changed.
    private(set) var entries: [RelativePath: Change] = [:]
    /// Entries that are gone and not to be removed in the machine yet, as more may be about to go: the folder itself.
    private(set) var held: [RelativePath: Change] = [:]
    /// When the first of those was held back; nil where there are none.
    private(set) var firstHeld: ContinuousClock.Instant?
    /// When something went away last.
    private(set) var lastRemoval: ContinuousClock.Instant?
    /// Why single changes don't tell the difference any more, so that everything must be compared; nil where they do.
    private(set) var comparison: String?
    /// Whether the folder itself was removed, moved or unmounted.
    private(set) var hasLostRoot = false
    /// When they were asked for last, by the clock of the host's files: whatever happened before is among them.
    var askedFor = Duration.zero
    /// When the first of them came; nil where there are none.
    private(set) var first: ContinuousClock.Instant?
    /// When the last of them came.
    private(set) var last: ContinuousClock.Instant?

    /// So many changes are no longer listed: to compare everything is as quick, and memory is bounded.
    private static let limit = 50_000

    /// An entry has changed, or was made.
    mutating func note(_ path: RelativePath, isMade: Bool = false, at moment: ContinuousClock.Instant = .now) {
        touch(moment)
        guard comparison == nil else { return }
        if entries[path] == nil { entries[path] = Change(isNew: isMade) }
        if entries.count > Self.limit { compare(because: "very much has changed", at: moment) }
    }

    /// An entry went away.
    mutating func noteRemoval(
        _ path: RelativePath, isDirectory: Bool, at moment: ContinuousClock.Instant = .now
    ) {
        // such as what an editor writes to and renames
        if entries[path]?.isNew == true, !isDirectory { return entries[path] = nil }
        note(path, at: moment)
        lastRemoval = moment
        if isDirectory { entries[path]?.wasDirectory = true }
    }

    /// Everything must be compared.
    mutating func compare(because reason: String, at moment: ContinuousClock.Instant = .now) {
        touch(moment)
        comparison = comparison ?? reason
        (entries, held) = ([:], [:])
    }

    /// The folder itself is gone.
    mutating func loseRoot(at moment: ContinuousClock.Instant = .now) {
        touch(moment)
        hasLostRoot = true
    }

    /// Holds entries back that are gone; `others` are what they were part of.
    mutating func hold(_ gone: [RelativePath: Change], of others: PendingChanges) {
        held.merge(gone) { Change(wasDirectory: $0.wasDirectory || $1.wasDirectory) }
        firstHeld = others.firstHeld ?? firstHeld ?? .now
        lastRemoval = lastRemoval ?? others.lastRemoval
    }

    /// All entries, also those that were held back.
    var everything: [RelativePath: Change] {
        entries.merging(held) { Change(wasDirectory: $0.wasDirectory || $1.wasDirectory) }
    }

    private mutating func touch(_ moment: ContinuousClock.Instant) {
        first = first ?? moment
        last = moment
    }
}
