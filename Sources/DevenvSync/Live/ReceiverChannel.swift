import DevenvPluginAPI
import Synchronization

/// The loop in the machine, as this end sees it: requests go in, one answer comes for each.
final class ReceiverChannel: Sendable {
    private let requests = AsyncStream<[UInt8]>.makeStream()
    private let answers = AsyncStream<String>.makeStream()
    private let received = Mutex<[OutputStream: [UInt8]]>([:])

    /// How long a machine may take for a request that is bounded in size.
    private static let patience = Duration.seconds(120)
    private static let chunk = 128 << 10

    /// Runs the loop until it ends, the connection breaks or the task is cancelled. A loop that ends by itself is an error.
    func run(_ command: String, over communicator: any Communicator) async throws(CommunicatorError) {
        defer { answers.continuation.finish() }
        let stream = requests.stream
        let input = RemoteInput.chunks {
            var iterator = stream.makeAsyncIterator()
            return await iterator.next()
        }
        let exit = try await communicator.run(RemoteCommand(command, input: input)) { [self] in take($0, $1) }
        let words = received.withLock { String(decoding: $0[.standardError]?.suffix(500) ?? [], as: UTF8.self) }
        throw CommunicatorError(.failed, "what receives changes in the machine ended (\(exit)): \(words.oneLine)")
    }

    /// Waits until requests may come.
    func begin() async throws(CommunicatorError) { try await expect(ReceiverScript.greeting) }

    /// Has a request carried out.
    func send(_ delivery: Delivery) async throws(CommunicatorError) {
        let script = delivery.script
        let archive = delivery.entries == 0 ? [] : delivery.archive + TarEntry.end
        let whole = ReceiverScript.header(script: script.count, archive: archive.count) + script + archive
        var rest = whole[...]
        while !rest.isEmpty {
            requests.continuation.yield(Array(rest.prefix(Self.chunk)))
            rest = rest.dropFirst(Self.chunk)
        }
        try await expect(ReceiverScript.success)
    }

    private func expect(_ answer: String) async throws(CommunicatorError) {
        let stream = answers.stream
        let line = await withTaskGroup(of: String?.self) { group in
            group.addTask {
                var iterator = stream.makeAsyncIterator()
                return await iterator.next()
            }
            group.addTask {
                try? await Task.sleep(for: Self.patience)  // cancelled by the answer
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard line != answer else { return }
        let reason = line.map { $0.hasPrefix("no ") ? String($0.dropFirst(3)) : $0 } ?? "no answer came"
        throw CommunicatorError(.failed, "the machine could not take changes: \(reason)")
    }

    /// Output comes in pieces of any size.
    private func take(_ stream: OutputStream, _ bytes: [UInt8]) {
        let lines = received.withLock { received in
            var text = (received[stream] ?? []) + bytes
            guard stream == .standardOutput else {
                received[stream] = text.suffix(4096)
                return [String]()
            }
            var lines: [String] = []
            while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: text[..<end], as: UTF8.self))
                text.removeFirst(end + 1)
            }
            received[stream] = text
            return lines
        }
        for line in lines { answers.continuation.yield(line) }
    }
}

extension String {
    /// The text without line breaks.
    fileprivate var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: "; ") }
}
