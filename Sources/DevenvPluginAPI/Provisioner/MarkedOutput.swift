/// One output of a `RemoteProgram`, told apart into what came before the program, its own output, and its marks.
struct MarkedOutput {
    /// What a program says of itself.
    enum Mark: Equatable {
        /// It has begun, in this boot of the machine.
        case begin(boot: String)
        /// It gave up.
        case fail(reason: String)
        /// It has ended with this status.
        case end(status: Int)

        /// Reads `begin …`, `fail …` or `end …`.
        init?(_ line: String) {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let rest = parts.count == 2 ? parts[1] : ""
            switch parts.first {
            case "begin": self = .begin(boot: rest)
            case "fail": self = .fail(reason: rest)
            case "end": self = .end(status: Int(rest) ?? 1)
            default: return nil
            }
        }
    }

    /// What came before the first mark, as much of it as a message may need.
    private(set) var preamble: [UInt8] = []
    /// Whether the last mark has come; what follows is nobody's.
    private(set) var isOver = false
    private var hasBegun = false
    private var pending: [UInt8] = []
    private let start: [UInt8]

    /// Makes it for the program with this marker.
    init(marker: String) { start = [1] + Array("\(marker) ".utf8) }

    /// Takes a chunk; returns what of it is the program's own output, and its marks.
    mutating func take(_ chunk: [UInt8]) -> (output: [UInt8], marks: [Mark]) {
        var output: [UInt8] = []
        var marks: [Mark] = []
        pending += chunk
        while !isOver, !pending.isEmpty {
            let (clear, state) = nextMark()
            keep(pending[..<clear], in: &output)
            pending.removeFirst(clear)
            guard case .whole(let length) = state else { break }
            let line = pending[start.count..<(length - 1)]
            if let mark = Mark(String(decoding: line, as: UTF8.self)) { note(mark, in: &marks) }
            pending.removeFirst(length)
        }
        if isOver { pending = [] }
        return (output, marks)
    }

    /// What was held back as it might have been the start of a mark; the output has ended.
    mutating func finish() -> [UInt8] {
        defer { pending = [] }
        var output: [UInt8] = []
        if !isOver { keep(pending[...], in: &output) }
        return output
    }

    private enum Search {
        /// There is no mark, not even the start of one.
        case none
        /// One starts there, but has not come to its end.
        case partial
        /// One starts there and is so long.
        case whole(Int)
    }

    /// How many bytes are certainly output, and what comes behind them.
    private func nextMark() -> (clear: Int, Search) {
        var from = 0
        while let index = pending[from...].firstIndex(of: start[0]) {
            let rest = pending[index...]
            if rest.count < start.count {
                if start.starts(with: rest) { return (index, .partial) }
            } else if rest.starts(with: start) {
                guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return (index, .partial) }
                return (index, .whole(end + 1 - index))
            }
            from = index + 1
        }
        return (pending.count, .none)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>, in output: inout [UInt8]) {
        if hasBegun { output += bytes } else { preamble = (preamble + bytes).suffix(4096) }
    }

    private mutating func note(_ mark: Mark, in marks: inout [Mark]) {
        marks.append(mark)
        if case .begin = mark { hasBegun = true } else { isOver = true }
    }
}
