/// Reads a tar archive member by member, as its bytes arrive. Nothing is extracted: what becomes of a member's content is up
/// to whoever reads, and no name in the archive is ever a path on this host.
struct TarReader {
    /// What stands in an archive.
    struct Member: Hashable, Sendable {
        /// What it is.
        enum Kind: Hashable, Sendable {
            case file
            case directory
            /// A second name of what stands at the target.
            case hardLink(target: String)
            case symbolicLink(target: String)
            /// A device or a pipe.
            case special
            case other
        }

        let name: String
        let kind: Kind
        /// The length of a file, its holes included.
        let length: Int64
        /// How much of it is in the archive.
        let stored: Int64
    }

    /// Names and fields that describe the next member are never as long as this.
    private static let descriptionLimit: Int64 = 1 << 20
    /// Archives are filled up to whole records; those of tapes are the longest.
    private static let fillLimit: Int64 = 64 << 20
    /// No archive that anybody passes on is as long; a decompressor can be made to write without end.
    private static let limit: Int64 = 1 << 40

    private let attempt: String
    private var stream: ByteStream
    private var content = Content(map: SparseMap(whole: 0))
    /// What all members so far add up to.
    private var total: Int64 = 0

    /// What of the last member is still to come.
    private struct Content {
        /// The file's own form.
        let map: SparseMap
        var part = 0
        /// How far the file has come, holes included.
        var position: Int64 = 0
        /// Whether the map is one that this reader understands.
        var isReadable = true
        /// What is left of the bytes in the archive, and what fills their last block.
        var stored: Int64 = 0
        var padding: Int64 = 0
    }

    /// Begins to read; `attempt` is for messages.
    init(_ stream: ByteStream, _ attempt: String) {
        self.stream = stream
        self.attempt = attempt
    }

    /// The next member, nil at the end of the archive; what was not read of the one before is passed over.
    mutating func next() async throws(BoxError) -> Member? {
        guard try await stream.skip(content.stored + content.padding) else { throw endsEarly }
        content = Content(map: SparseMap(whole: 0))
        var fields = PaxFields()
        var longName: String?
        var longTarget: String?
        while let header = try await header() {
            switch header.kind {
            case .fields:
                guard let read = PaxFields(try await description(header)) else { throw damaged }
                fields = read
            case .longName:
                longName = try await text(header)
            case .longTarget:
                longTarget = try await text(header)
            default:
                try await begin(header, fields)
                return Member(
                    name: fields.path ?? longName ?? header.name,
                    kind: Self.kind(header.kind, target: fields.linkPath ?? longTarget ?? header.target),
                    length: content.map.realSize, stored: content.stored)
            }
        }
        return nil
    }

    /// The next bytes of the member's content, with its holes as zeros; at most as many as asked for, none at the end.
    mutating func read(_ count: Int) async throws(BoxError) -> [UInt8] {
        guard content.isReadable else { throw damaged }
        let parts = content.map.parts
        while content.part < parts.count, content.position == parts[content.part].end { content.part += 1 }
        let part = content.part < parts.count ? parts[content.part] : nil
        let isHole = part.map { content.position < $0.offset } ?? true
        let end = isHole ? part?.offset ?? content.map.realSize : part?.end ?? content.position
        let wanted = Int(min(Int64(count), end - content.position))
        content.position += Int64(wanted)
        if isHole { return [UInt8](repeating: 0, count: wanted) }
        content.stored -= Int64(wanted)
        let bytes = try await stream.read(wanted)
        guard bytes.count == wanted else { throw endsEarly }
        return bytes
    }

    /// Passes over what fills the archive up, so that whatever unpacks it comes to its end and can tell whether it was whole.
    mutating func drain() async throws(BoxError) { _ = try await stream.skip(Self.fillLimit) }

    private mutating func header() async throws(BoxError) -> TarHeader? {
        let block = try await stream.read(TarHeader.length)
        // an archive ends with two blocks of zeros; some leave them out
        if block.isEmpty || block.count == TarHeader.length && block.allSatisfy({ $0 == 0 }) { return nil }
        guard block.count == TarHeader.length else { throw endsEarly }
        guard let header = TarHeader(block) else { throw damaged }
        return header
    }

    private mutating func description(_ header: TarHeader) async throws(BoxError) -> [UInt8] {
        guard header.size <= Self.descriptionLimit else { throw damaged }
        let bytes = try await stream.read(Int(header.size))
        guard bytes.count == Int(header.size), try await stream.skip(Self.padding(of: header.size)) else {
            throw endsEarly
        }
        return bytes
    }

    private mutating func text(_ header: TarHeader) async throws(BoxError) -> String {
        String(decoding: try await description(header).prefix { $0 != 0 }, as: UTF8.self)
    }

    private mutating func begin(_ header: TarHeader, _ fields: PaxFields) async throws(BoxError) {
        var stored = fields.size ?? header.size
        guard stored <= Self.limit - total else { throw tooLong }
        total += stored
        let padding = Self.padding(of: stored)
        var map: SparseMap? = SparseMap(whole: stored)
        if header.kind == .sparseFile {
            map = SparseMap(try await mapInHeaders(header), realSize: header.realSize ?? 0)
        } else if fields.isMapInContent {
            let (parts, length) = try await mapInContent(stored)
            stored -= length
            map = SparseMap(parts, realSize: fields.realSize ?? 0)
        }
        guard let map, map.parts.reduce(0, { $0 + $1.count }) == stored else { throw damaged }
        guard map.realSize <= Self.limit else { throw tooLong }
        content = Content(map: map, isReadable: fields.isMapKnown, stored: stored, padding: padding)
    }

    /// The map of GNU tar's older form: it goes on in blocks of its own.
    private mutating func mapInHeaders(_ header: TarHeader) async throws(BoxError) -> [SparseMap.Part] {
        var parts = header.parts
        var isContinued = header.isMapContinued
        while isContinued {
            let block = try await stream.read(TarHeader.length)
            guard block.count == TarHeader.length else { throw endsEarly }
            let more = TarHeader.continuation(block)
            parts += more.parts
            isContinued = more.isContinued
            guard parts.count <= SparseMap.longest else { throw damaged }
        }
        return parts
    }

    /// The map of GNU tar's form 1.0, decimal numbers on lines of their own before the content, and the length of all its blocks.
    private mutating func mapInContent(_ stored: Int64) async throws(BoxError) -> (
        parts: [SparseMap.Part], length: Int64
    ) {
        var length: Int64 = 0
        var numbers: [Int64] = []
        var digits: [UInt8] = []
        while numbers.isEmpty || numbers.count < 1 + 2 * numbers[0] {
            let block = try await stream.read(TarHeader.length)
            length += Int64(TarHeader.length)
            guard block.count == TarHeader.length, length <= stored else { throw endsEarly }
            guard digits.count < TarHeader.length else { throw damaged }
            for byte in block where numbers.isEmpty || numbers.count < 1 + 2 * numbers[0] {
                guard byte == 0x0A else {
                    digits.append(byte)
                    continue
                }
                guard let number = Int64(String(decoding: digits, as: UTF8.self)), number >= 0 else { throw damaged }
                guard !numbers.isEmpty || number <= SparseMap.longest else { throw damaged }
                numbers.append(number)
                digits = []
            }
        }
        let parts = stride(from: 1, to: numbers.count, by: 2).map {
            SparseMap.Part(offset: numbers[$0], count: numbers[$0 + 1])
        }
        return (parts, length)
    }

    private static func kind(_ kind: TarHeader.Kind, target: String) -> Member.Kind {
        switch kind {
        case .file, .sparseFile: .file
        case .directory: .directory
        case .hardLink: .hardLink(target: target)
        case .symbolicLink: .symbolicLink(target: target)
        case .special: .special
        default: .other
        }
    }

    private var endsEarly: BoxError {
        BoxError(.invalid, "\(attempt): the archive ends too early", help: "get it again, and completely")
    }

    private var tooLong: BoxError {
        BoxError(.invalid, "\(attempt): what is in the archive claims to be longer than 1 TiB")
    }

    private var damaged: BoxError {
        BoxError(
            .invalid, "\(attempt): the archive is damaged, or of a kind that this devenv does not know",
            help: "get it again, or unpack it and add what is in it")
    }

    /// What fills the last block of some content.
    private static func padding(of size: Int64) -> Int64 {
        let block = Int64(TarHeader.length)
        return (block - size % block) % block
    }
}
