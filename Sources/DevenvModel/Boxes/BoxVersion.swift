/// A version of a box, in the form and the order of RubyGems, by which Vagrant goes: numbers and words with dots between them;
/// one with a word in it is a prerelease. `2.1.0-rc1` is short for `2.1.0.pre.rc1`.
///
/// Versions that differ in nothing but zeros at the end are equal: `12` and `12.0`.
package struct BoxVersion: Hashable, Sendable {
    /// A stretch of digits or of letters: `rc1` is two.
    private enum Segment: Hashable {
        case word(String)
        case number(Int)
    }

    /// The text, as it was read.
    package let text: String
    private let segments: [Segment]

    /// Reads `12`, `12.11`, `2.1.0.pre`, `2.1.0-rc1`; nil for anything else, and for numbers of more than 18 digits.
    package init?(parsing text: String) {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, first.utf8.allSatisfy(Self.isDigit) else { return nil }
        guard parts.allSatisfy({ Self.isPart($0, dashes: false) }) else { return nil }
        if halves.count == 2 {
            let rest = halves[1].split(separator: ".", omittingEmptySubsequences: false)
            guard rest.allSatisfy({ Self.isPart($0, dashes: true) }) else { return nil }
        }
        let spelled = text.split(separator: "-", omittingEmptySubsequences: false).joined(separator: ".pre.")
        guard let segments = Self.segments(of: spelled) else { return nil }
        self.text = text
        self.segments = segments
    }

    private init(_ numbers: [Segment]) {
        segments = numbers
        text = numbers.map { if case .number(let number) = $0 { String(number) } else { "" } }.joined(separator: ".")
    }

    /// Whether it is a prerelease: one that comes before the version without its words.
    package var isPrerelease: Bool { segments.contains { if case .word = $0 { true } else { false } } }

    /// The version that a prerelease comes before; any other is its own.
    package var release: BoxVersion { isPrerelease ? BoxVersion(leadingNumbers) : self }

    /// The first release that `~>` this one leaves out: 12.0 → 13, 12.1.3 → 12.2, 12 → 13.
    package var pessimisticEnd: BoxVersion {
        var start = leadingNumbers
        if start.count > 1 { start.removeLast() }
        if case .number(let last) = start.popLast() { start.append(.number(last + 1)) }
        return BoxVersion(start)
    }

    /// The numbers before the first word; there is always one.
    private var leadingNumbers: [Segment] {
        Array(segments.prefix { if case .number = $0 { true } else { false } })
    }

    /// The segments without the zeros that say nothing: at the end of the numbers before the first word, and at the very end.
    private var significant: [Segment] {
        let numbers = leadingNumbers
        return Self.trimmed(numbers) + Self.trimmed(segments.dropFirst(numbers.count))
    }

    private static func trimmed(_ segments: some Sequence<Segment>) -> [Segment] {
        segments.reversed().drop { $0 == .number(0) }.reversed()
    }
}

// How a text is taken apart.
extension BoxVersion {
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func isPart(_ part: Substring, dashes: Bool) -> Bool {
        !part.isEmpty && part.utf8.allSatisfy { isDigit($0) || isLetter($0) || dashes && $0 == UInt8(ascii: "-") }
    }

    /// Nil where a number is too long.
    private static func segments(of text: String) -> [Segment]? {
        var segments: [Segment] = []
        var rest = Substring(text).utf8
        while let first = rest.first {
            let run = rest.prefix(while: isDigit(first) ? isDigit : isLetter)
            if run.isEmpty {
                rest.removeFirst()  // a dot
                continue
            }
            if isDigit(first) {
                let digits = run.drop { $0 == UInt8(ascii: "0") }
                guard digits.count <= 18 else { return nil }
                segments.append(.number(Int(Substring(digits)) ?? 0))
            } else {
                segments.append(.word(String(Substring(run))))
            }
            rest = rest.dropFirst(run.count)
        }
        return segments
    }
}

extension BoxVersion: Comparable {
    /// Segment by segment; a word comes before a number, and what is missing at the end is zero.
    package static func < (left: BoxVersion, right: BoxVersion) -> Bool {
        let (left, right) = (left.significant, right.significant)
        for index in 0..<max(left.count, right.count) {
            let pair = (
                index < left.count ? left[index] : .number(0), index < right.count ? right[index] : .number(0)
            )
            if pair.0 != pair.1 { return precedes(pair.0, pair.1) }
        }
        return false
    }

    /// Whether neither comes before the other; their texts may differ.
    package static func == (left: BoxVersion, right: BoxVersion) -> Bool { left.significant == right.significant }

    /// Goes by what `==` goes by.
    package func hash(into hasher: inout Hasher) { hasher.combine(significant) }

    private static func precedes(_ left: Segment, _ right: Segment) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.word(let left), .word(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.word, .number): true
        case (.number, .word): false
        }
    }
}

extension BoxVersion: CustomStringConvertible {
    /// The text, as it was read.
    package var description: String { text }
}
