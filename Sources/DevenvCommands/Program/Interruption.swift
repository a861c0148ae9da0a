import Synchronization

/// Whether the user has asked the command to stop.
package final class Interruption: Sendable {
    private struct State {
        var isRequested = false
        var listener: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Nobody has.
    package init() {}

    /// Whether somebody has.
    package var isRequested: Bool { state.withLock(\.isRequested) }

    /// Somebody does. The listener is told once.
    package func request() {
        let listener = state.withLock { state in
            state.isRequested = true
            defer { state.listener = nil }
            return state.listener
        }
        listener?()
    }

    /// What an error means to the user: whatever fails once the command was to stop has been interrupted.
    func failure(_ error: any Error) -> CommandFailure { isRequested ? .interrupted : CommandFailure(error) }

    /// Tells this one, in place of the one before.
    package func whenRequested(_ listener: @escaping @Sendable () -> Void) {
        state.withLock { $0.listener = listener }
    }
}
