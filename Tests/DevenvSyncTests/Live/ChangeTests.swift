import Testing

@testable import DevenvSync

/// When changes are sent, and what is known of them by then.
struct ChangeTests {
    private let start = ContinuousClock.now

    private func changes(_ count: Int, every interval: Duration, removing: Bool = false) -> PendingChanges {
        var changes = PendingChanges()
        for number in 0..<count {
            let (path, moment) = (RelativePath("d/\(number)"), start + interval * number)
            if removing {
                changes.noteRemoval(path, isDirectory: false, at: moment)
            } else {
                changes.note(path, at: moment)
            }
        }
        return changes
    }

    @Test func aSaveIsSentAMomentAfterItsLastEvent() {
        #expect(Settling.end(of: PendingChanges()) == nil)
        let end = Settling.end(of: changes(3, every: .milliseconds(2)))
        #expect(end == start + .milliseconds(4 + 12))
    }

    @Test func whoeverGoesOnWritingIsNotWaitedForLong() {
        #expect(Settling.end(of: changes(30, every: .milliseconds(10))) == start + .milliseconds(100))
    }

    @Test func theSwitchOfABranchIsWaitedForLonger() {
        let end = Settling.end(of: changes(500, every: .milliseconds(1)))
        #expect(end == start + .milliseconds(499 + 300))
        let slow = Settling.end(of: changes(500, every: .milliseconds(50)))
        #expect(slow == start + .seconds(5))
    }

    @Test func removalsAreHeldBackAsLongAsMoreFollow() {
        let changes = changes(21, every: .zero, removing: true)
        #expect(Settling.holdsBack(21, of: changes, at: start + .milliseconds(999)))
        #expect(!Settling.holdsBack(21, of: changes, at: start + .seconds(1)))
        #expect(Settling.holdsBack(20, of: changes, at: start + .milliseconds(199)))
        #expect(!Settling.holdsBack(20, of: changes, at: start + .milliseconds(200)))
        #expect(!Settling.holdsBack(0, of: changes, at: start))
        var held = PendingChanges()
        held.hold(changes.entries, of: changes)
        #expect(Settling.end(of: held) == start + .seconds(1))
        #expect(held.everything.count == 21)
    }

    @Test func whatComesAndGoesIsNeverSent() {
        var changes = PendingChanges()
        changes.note(RelativePath("a.new"), isMade: true)
        changes.note(RelativePath("a.new"))
        changes.noteRemoval(RelativePath("a.new"), isDirectory: false)
        changes.note(RelativePath("a"))
        #expect(changes.entries.keys.map(\.description) == ["a"])
        #expect(changes.lastRemoval == nil)
    }

    @Test func whatWasADirectoryIsKnownHoweverOftenItChanges() {
        var changes = PendingChanges()
        changes.noteRemoval(RelativePath("a"), isDirectory: true)
        changes.note(RelativePath("a"))
        #expect(changes.entries[RelativePath("a")]?.wasDirectory == true)
    }

    @Test func whereEverythingIsComparedNothingElseIsKept() {
        var changes = changes(60_000, every: .zero)
        #expect(changes.comparison != nil)
        changes.note(RelativePath("late"))
        #expect(changes.everything.isEmpty)
    }

    @Test func aPathIsWithinADirectoryByWholeNames() {
        #expect(RelativePath("src/app/x").isWithin(RelativePath("src/app")))
        #expect(!RelativePath("src/app2").isWithin(RelativePath("src/app")))
        #expect(RelativePath("a/b/c").parent == RelativePath("a/b"))
        #expect(RelativePath("a").parent == .root)
        #expect(RelativePath("a/b").depth == 2)
    }
}
