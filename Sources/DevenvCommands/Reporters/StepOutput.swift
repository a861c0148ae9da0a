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
    private var tails: [StepID: [String]] = [:]

    /// The lines that a chunk completes.
    mutating func feed(_ step: StepID, _ stream: OutputStream, _ bytes: [UInt8]) -> [String] {
        let lines = splitters[Key(step: step, stream: stream), default: LineSplitter()].feed(bytes)
        keep(lines, of: step)
        return lines
    }

    /// The line that is being written, for a progress display.
    func partial(_ step: StepID, _ stream: OutputStream) -> String {
        splitters[Key(step: step, stream: stream)]?.partial ?? ""
    }

    /// The unfinished lines of a step that has ended.
    mutating func finish(_ step: StepID) -> [String] {
        let keys = [OutputStream.standardOutput, .standardError].map { Key(step: step, stream: $0) }
        let lines = keys.compactMap { splitters.removeValue(forKey: $0)?.takingRest() }
        keep(lines, of: step)
        return lines
    }

    /// The last lines of a step, which are then forgotten.
    mutating func takeTail(of step: StepID) -> [String] { tails.removeValue(forKey: step) ?? [] }

    private mutating func keep(_ lines: [String], of step: StepID) {
        guard !lines.isEmpty else { return }
        tails[step] = Array((tails[step, default: []] + lines).suffix(Self.tailLength))
    }
}

extension LineSplitter {
    fileprivate func takingRest() -> String? {
        var copy = self
        return copy.finish()
    }
}
