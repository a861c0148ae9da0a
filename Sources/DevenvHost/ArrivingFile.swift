import Synchronization
package import SystemPackage

/// A file that somebody writes from its beginning on, for whoever reads it meanwhile. What was read of it means nothing until
/// it is known to be whole.
package final class ArrivingFile: Sendable {
    /// Where it is, once there is something of it.
    package let path: FilePath

    /// A file that is whole, and what it has to be.
    package struct Whole: Hashable, Sendable {
        /// The digits of its SHA-256 digest, where that was computed.
        package let sha256: String?
    }

    /// It begins anew, or will never be whole: what was read of it is to be forgotten.
    package struct Abandoned: Error {}

    private enum End {
        case whole(Whole)
        case abandoned
    }

    private struct State {
        var length: Int64 = 0
        var isPassing = false
        var end: End?
        var waiting: [(wanted: Int64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    /// Nobody is woken for less.
    private static let step: Int64 = 1 << 20
    private let state = Mutex(State())

    /// Nothing of it is there yet.
    package init(_ path: FilePath) { self.path = path }
}

// For whoever writes it.
extension ArrivingFile {
    /// So much of it is there.
    package func advance(to length: Int64) {
        update { $0.length = length }
    }

    /// Whether it will most likely be removed as soon as it is whole: bringing it to the disk would be for nothing.
    package var isPassing: Bool { state.withLock { $0.isPassing } }

    /// It begins anew. That is of no matter as long as nothing was there.
    package func restart() {
        update { state in
            if state.length > 0, state.end == nil { state.end = .abandoned }
        }
    }

    /// It is whole, and what it has to be.
    package func complete(sha256: String?) {
        update { state in
            if state.end == nil { state.end = .whole(Whole(sha256: sha256)) }
        }
    }

    /// It will not become whole.
    package func abandon() {
        update { state in
            if state.end == nil { state.end = .abandoned }
        }
    }

    private func update(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let isOver = state.end != nil
            let ready = state.waiting.filter { isOver || $0.wanted <= state.length }
            if !ready.isEmpty { state.waiting.removeAll { isOver || $0.wanted <= state.length } }
            return ready.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }
}

// For whoever reads it.
extension ArrivingFile {
    /// How much is there, once a good deal more than this is, or all; nil where this was all.
    package func length(beyond position: Int64) async throws(Abandoned) -> Int64? {
        await wait(for: position + Self.step)
        let (length, end) = state.withLock { ($0.length, $0.end) }
        if case .abandoned = end { throw Abandoned() }
        return length > position ? length : nil
    }

    /// It will not be kept: what is made of it is made while it arrives.
    package func passThrough() {
        state.withLock { $0.isPassing = true }
    }

    /// Waits until it is whole.
    package func whole() async throws(Abandoned) -> Whole {
        await wait(for: .max)
        guard case .whole(let whole) = state.withLock({ $0.end }) else { throw Abandoned() }
        return whole
    }

    private func wait(for length: Int64) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.end != nil || state.length >= length { return true }
                state.waiting.append((length, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
