import DevenvPluginAPI

/// What rsync says about a load, from `--info=progress2 --stats --no-human-readable`.
struct LoadReport: Sendable {
    private static let total = "Number of regular files transferred: "
    private static let bytes = "Total transferred file size: "

    private let total: Int64?
    private var pending: [UInt8] = []
    private var files = 0
    private var size: Int64 = 0

    /// Starts on a load of so many bytes.
    init(total: Int64?) { self.total = total }

    /// What came of it.
    var summary: SyncSummary { SyncSummary(changedFiles: files, sentBytes: size) }

    /// Takes a piece of rsync's output; a line of progress, which ends with CR, begins with the bytes so far.
    mutating func take(_ chunk: [UInt8], _ progress: (LoadProgress) -> Void) {
        for byte in chunk {
            if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
                note(String(decoding: pending, as: UTF8.self), progress)
                pending.removeAll(keepingCapacity: true)
            } else {
                pending.append(byte)
            }
        }
    }

    private mutating func note(_ line: String, _ progress: (LoadProgress) -> Void) {
        if line.hasPrefix(Self.total) {
            files = Int(Self.number(line.dropFirst(Self.total.count)))
        } else if line.hasPrefix(Self.bytes) {
            size = Self.number(line.dropFirst(Self.bytes.count))
        } else if line.contains("%") {
            progress(LoadProgress(bytes: Self.number(line.drop { $0 == " " }), total: total))
        }
    }

    private static func number(_ text: Substring) -> Int64 {
        Int64(text.prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }) ?? 0
    }
}
