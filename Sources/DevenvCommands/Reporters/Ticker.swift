import Dispatch
import Synchronization

/// Calls something ten times a second, on a thread of its own: also while every other thread is busy or being cancelled.
final class Ticker: Sendable {
    private static let interval = DispatchTimeInterval.milliseconds(100)
    private let queue = DispatchQueue(label: "devenv.ticker")
    private let isRunning = Mutex(false)

    /// Begins to call.
    func start(_ body: @escaping @Sendable () -> Void) {
        isRunning.withLock { $0 = true }
        tick(body)
    }

    /// Ends the calls; one that is under way may still come to its end.
    func stop() { isRunning.withLock { $0 = false } }

    private func tick(_ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in
            guard let self, isRunning.withLock({ $0 }) else { return }
            body()
            tick(body)
        }
    }
}
