import DevenvPluginAPI
import Synchronization

/// What a command is still to read: handed over one chunk at a time by whoever makes it to whoever sends it.
final class CommandInput: Sendable {
    /// What there is to send.
    enum Item: Sendable {
        /// The maker is still busy.
        case nothingYet
        /// These bytes.
        case bytes([UInt8])
        /// The end.
        case end
        /// The maker failed.
        case failure(String)
    }

    private struct State {
        var item = Item.nothingYet
        var isOver = false
        var maker: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let source: RemoteInput
    private let notify: @Sendable () -> Void

    /// `notify` is called when there is something new to take.
    init(_ source: RemoteInput, notify: @escaping @Sendable () -> Void) {
        self.source = source
        self.notify = notify
        switch source {
        case .none: state = Mutex(State(item: .end))
        case .bytes(let bytes): state = Mutex(State(item: .bytes(bytes)))
        case .chunks: state = Mutex(State(item: .nothingYet))
        }
    }

    /// Takes what there is.
    func take() -> Item {
        let next: Item = if case .chunks = source { .nothingYet } else { .end }
        let (item, maker) = state.withLock { state in
            let item = state.item
            if case .bytes = item { state.item = next }
            defer { state.maker = nil }
            return (item, state.maker)
        }
        maker?.resume()
        return item
    }

    /// Hands over chunk after chunk, each when the one before was taken, until there are no more or `stop` was called.
    /// Has nothing to do for input that is there from the start.
    func make() async {
        guard case .chunks(let next) = source else { return }
        do {
            while let chunk = try await next() {
                guard await hand(over: .bytes(chunk)) else { return }
            }
            _ = await hand(over: .end)
        } catch {
            _ = await hand(over: .failure("\(error)"))
        }
    }

    /// Lets the maker go: nobody will take any more.
    func stop() {
        let maker = state.withLock { state in
            state.isOver = true
            defer { state.maker = nil }
            return state.maker
        }
        maker?.resume()
    }

    /// Whether more is wanted.
    private func hand(over item: Item) async -> Bool {
        state.withLock { $0.item = item }
        notify()
        guard case .bytes = item else { return false }
        await withCheckedContinuation { continuation in
            let isTaken = state.withLock { state in
                if case .bytes = state.item, !state.isOver {
                    state.maker = continuation
                    return false
                }
                return true
            }
            if isTaken { continuation.resume() }
        }
        return state.withLock { !$0.isOver }
    }
}
