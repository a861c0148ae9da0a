/// Where the content of a file with holes belongs, as archives have it.
struct SparseMap: Hashable, Sendable {
    /// A stretch of content.
    struct Part: Hashable, Sendable {
        let offset: Int64
        let count: Int64

        /// Where it ends; only for a part of a map that was checked.
        var end: Int64 { offset + count }
    }

    /// Far more than the file system makes of any image.
    static let longest = 1 << 20

    /// In the order of their offsets.
    let parts: [Part]
    /// The length of the file with all its holes.
    let realSize: Int64

    /// Checks a map; nil for one that is out of order or does not fit into the file.
    init?(_ parts: [Part], realSize: Int64) {
        var end: Int64 = 0
        for part in parts {
            let (next, isTooFar) = part.offset.addingReportingOverflow(part.count)
            guard part.offset >= end, part.count >= 0, !isTooFar, next <= realSize else { return nil }
            end = next
        }
        self.parts = parts
        self.realSize = realSize
    }

    /// A file without holes.
    init(whole size: Int64) {
        parts = size == 0 ? [] : [Part(offset: 0, count: size)]
        realSize = size
    }
}
