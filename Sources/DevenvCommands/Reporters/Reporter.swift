package import DevenvEngine

/// Shows what happens while a plan is carried out. Safe to call from any thread; it never fails and never waits for
/// anything but the stream that it writes to.
package protocol Reporter: Sendable {
    /// The plan is about to be carried out.
    func begin(_ plan: Plan)

    /// Something happened.
    func handle(_ event: Event)

    /// It is over, in whatever way. Nothing is shown after this.
    func end(_ outcome: Outcome)
}
