/// A step's place among those that run at once.
package struct StepPlace: Sendable {
    /// That of the step that this task is a part of.
    @TaskLocal package static var current: StepPlace?

    private let giveAway: @Sendable () -> Void

    /// Makes one; `giveAway` is called when the step needs it no more, perhaps more than once.
    package init(giveAway: @escaping @Sendable () -> Void) { self.giveAway = giveAway }

    /// Gives the place to another step, as all that is left of this one is waiting and some small things, such as for the kernel to be
    /// done with what has ended. The step itself goes on, and is over when it returns.
    package func leave() { giveAway() }
}
