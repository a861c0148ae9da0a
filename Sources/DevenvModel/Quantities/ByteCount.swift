/// A number of bytes.
package struct ByteCount: Hashable, Sendable, Comparable, Codable {
    /// The number.
    package let bytes: Int64

    /// Makes a count.
    package init(bytes: Int64) { self.bytes = bytes }

    /// The units that a size in an Envfile may have, largest first: binary ones of 1024, decimal ones of 1000.
    package static let units: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000),
        ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("KB", 1_000),
    ]

    /// Reads `512MiB`, `1.5 GiB`; nil for a text without a unit, below one byte or past 2^63.
    package init?(parsing text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        var digits = text.dropLast(unit.name.count)
        if digits.last == " " { digits.removeLast() }
        guard let bytes = Decimal(digits)?.scaled(by: unit.bytes), bytes > 0 else { return nil }
        self.init(bytes: bytes)
    }

    /// Orders by size.
    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
    /// The size in the largest binary unit that gives a whole number below 10,000, otherwise with one decimal, rounded
    /// down: `1 GiB`, `1536 MiB`, `18.6 GiB`.
    package var description: String {
        let binary = Self.units.filter { $0.name.contains("i") }
        let exact = binary.first { bytes >= $0.bytes && bytes % $0.bytes == 0 && bytes / $0.bytes < 10_000 }
        if let exact { return "\(bytes / exact.bytes) \(exact.name)" }
        guard let unit = binary.first(where: { bytes >= $0.bytes }) else { return "\(bytes) B" }
        return "\(bytes / unit.bytes).\(bytes % unit.bytes * 10 / unit.bytes) \(unit.name)"
    }
}

/// A plain decimal number such as `1.5`, kept exact: no rounding through floating point.
struct Decimal {
    private let digits: Int64
    private let divisor: Int64

    /// Reads digits with at most one point and three decimals; nil otherwise.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }),
            parts.count == 1 || parts[1].count <= 3, let digits = Int64(parts.joined())
        else { return nil }
        self.digits = digits
        divisor = parts.count == 1 ? 1 : (0..<parts[1].count).reduce(1) { power, _ in power * 10 }
    }

    /// The number times a factor, rounded down; nil where it does not fit.
    func scaled(by factor: Int64) -> Int64? {
        let (product, overflow) = digits.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product / divisor
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
