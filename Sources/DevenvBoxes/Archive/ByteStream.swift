/// Bytes that arrive in pieces of any size, handed out in pieces of the size that is asked for.
struct ByteStream {
    /// The next piece, nil at the end.
    typealias Source = @Sendable () async throws(BoxError) -> [UInt8]?

    private let source: Source
    private var piece: ArraySlice<UInt8> = []

    init(_ source: @escaping Source) { self.source = source }

    /// The next bytes; fewer than asked for only at the end.
    mutating func read(_ count: Int) async throws(BoxError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count, try await fill() {
            let part = piece.prefix(count - bytes.count)
            bytes += part
            piece.removeFirst(part.count)
        }
        return bytes
    }

    /// Passes over bytes; false where there were fewer.
    mutating func skip(_ count: Int64) async throws(BoxError) -> Bool {
        var rest = count
        while rest > 0, try await fill() {
            let part = Int(min(rest, Int64(piece.count)))
            piece.removeFirst(part)
            rest -= Int64(part)
        }
        return rest == 0
    }

    /// Sees to it that the piece holds something; false at the end.
    private mutating func fill() async throws(BoxError) -> Bool {
        while piece.isEmpty {
            guard let next = try await source() else { return false }
            piece = next[...]
        }
        return true
    }
}
