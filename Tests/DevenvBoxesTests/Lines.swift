import Synchronization

/// Lines of text that are said in the course of something.
final class Lines: Sendable {
    private let said = Mutex<[String]>([])

    var all: [String] { said.withLock { $0 } }

    func add(_ line: String) { said.withLock { $0.append(line) } }
}
