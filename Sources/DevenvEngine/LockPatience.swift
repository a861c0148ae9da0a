/// How long a command waits for others that work on its machines, and who is told of it.
package struct LockPatience: Sendable {
    /// When it ends; nil for never.
    let deadline: ContinuousClock.Instant?
    /// Told who is waited for, once for each.
    let told: @Sendable (String) -> Void

    /// Waits for as long as it takes.
    package static let forever = LockPatience(atMost: nil)

    /// Waits at most so long from now on, nil for as long as it takes.
    package init(atMost limit: Duration?, told: @escaping @Sendable (String) -> Void = { _ in }) {
        deadline = limit.map { ContinuousClock.now + $0 }
        self.told = told
    }

    /// Whether it has ended.
    var isOver: Bool { deadline.map { $0 <= ContinuousClock.now } ?? false }
}
