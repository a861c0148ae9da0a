import DevenvEngine
import DevenvPluginAPI

/// The lines that steps write, put together from chunks, and the last of each step.
struct StepOutput: Sendable {
    /// How many lines of a failed step are shown.
    static let tailLength = 20

    private struct Key: Hashable {
        let step: StepID
        let stream: OutputStream
    }

    private var splitters: [Key: LineSplitter] = [:]
    private var tails: [StepID: LineTail] = [:]

    /// The lines that a chunk completes.
    mutating func feed(_ step: StepID, _ stream: OutputStream, _ bytes: [UInt8]) -> [String] {
        let lines = splitters[Key(step: step, stream: stream), default: LineSplitter()].feedLines(bytes)
        keep(lines, of: step, stream)
        return lines.map(\.text)
    }

    /// The last lines that a terminal would show, blank ones left out, with what is being written on this stream.
    func recent(_ step: StepID, _ stream: OutputStream, count: Int) -> [String] {
        var tail = tails[step] ?? LineTail()
        if let partial = splitters[Key(step: step, stream: stream)]?.partialLine, !partial.text.isEmpty {
            tail.append(partial, of: stream)
        }
        let lines = tail.texts.map(SafeText.singleLine).filter { text in text.contains { $0 != " " } }
        return lines.suffix(count)
    }

    /// The unfinished lines of a step that has ended.
    mutating func finish(_ step: StepID) -> [String] {
        var rest: [String] = []
        for stream in [OutputStream.standardOutput, .standardError] {
            guard let line = splitters.removeValue(forKey: Key(step: step, stream: stream))?.partialLine,
                !line.text.isEmpty
            else { continue }
            keep([line], of: step, stream)
            rest.append(line.text)
        }
        return rest
    }

    /// The last lines of a step, which are then forgotten.
    mutating func takeTail(of step: StepID) -> [String] { tails.removeValue(forKey: step)?.texts ?? [] }

    private mutating func keep(_ lines: [LineSplitter.Line], of step: StepID, _ stream: OutputStream) {
        for line in lines { tails[step, default: LineTail()].append(line, of: stream) }
    }
}

/// The last lines of a step as a terminal would have them: a progress bar that repaints itself with CR is one line.
private struct LineTail: Sendable {
    private var lines: [(text: String, stream: OutputStream)] = []

    var texts: [String] { lines.map(\.text) }

    mutating func append(_ line: LineSplitter.Line, of stream: OutputStream) {
        if line.replacesFormer, lines.last?.stream == stream { lines.removeLast() }
        lines.append((line.text, stream))
        if lines.count > StepOutput.tailLength { lines.removeFirst() }
    }
}
