/// How often a transfer that broke off is tried again, and after what time.
package struct RetryPolicy: Hashable, Sendable {
    /// How many attempts without a single new byte there are.
    package let attempts: Int
    /// The pause after the first of them; each later one is twice as long.
    package let firstPause: Duration
    /// The longest pause, also where the server asks for a longer one.
    package let longestPause: Duration

    /// Describes it.
    package init(attempts: Int, firstPause: Duration, longestPause: Duration) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// Pauses of 1, 2 and 4 seconds.
    package static let standard = RetryPolicy(
        attempts: 4, firstPause: .seconds(1), longestPause: .seconds(60))

    /// The pause after this many attempts in vain; nil where there shall be no more.
    func pause(after failures: Int, asked: Duration?) -> Duration? {
        guard failures < attempts else { return nil }
        let own = firstPause * (1 << min(10, max(0, failures - 1)))
        return min(longestPause, max(own, asked ?? .zero))
    }
}
