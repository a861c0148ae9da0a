import Synchronization

/// How often each name was counted.
final class VisitCounter: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// Counts the name once more and returns its count.
    func count(_ name: String) -> Int {
        counts.withLock { counts in
            counts[name, default: 0] += 1
            return counts[name, default: 0]
        }
    }
}
