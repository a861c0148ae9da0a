package import DevenvModel

/// Replaces secrets in a stream of bytes by `*****`, however the stream is cut into chunks.
///
/// A secret of less than four bytes is not looked for: masking it would tear the output to pieces and, by that, tell what it
/// is. The lines of a secret of several lines are masked one by one too, as programs print them that way, and all of it as it stands
/// within JSON's quotes. What might be the
/// start of a secret is held back until the next chunk; never more than the longest secret.
package struct SecretMasker: Sendable {
    private static let shortest = 4
    private static let mask = Array("*****".utf8)

    private let secrets: [[UInt8]]
    private let isFirstByte: [Bool]
    private var pending: [UInt8] = []
    /// How many bytes at the start of `pending` belong to a secret that began before them.
    private var covered = 0
    private var isInsideMask = false

    /// Makes a masker for one stream.
    package init(secrets: some Sequence<Redacted>) {
        var wanted: Set<[UInt8]> = []
        for secret in secrets {
            wanted.insert(Array(secret.secret.utf8))
            wanted.insert(Self.escaped(secret.secret))
            for line in secret.secret.split(whereSeparator: \.isNewline) { wanted.insert(Array(line.utf8)) }
        }
        let usable = wanted.filter { $0.count >= Self.shortest }
        var firsts = [Bool](repeating: false, count: 256)
        for secret in usable { firsts[Int(secret[0])] = true }
        self.secrets = usable.sorted { $0.count > $1.count }
        isFirstByte = firsts
    }

    /// A text within JSON's quotes (RFC 8259, section 7), as most programs escape it.
    private static func escaped(_ text: String) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): Array("\\n".utf8)
            case UInt8(ascii: "\r"): Array("\\r".utf8)
            case UInt8(ascii: "\t"): Array("\\t".utf8)
            default: [byte]
            }
        }
    }

    /// What of the stream may be shown after this chunk.
    package mutating func mask(_ chunk: [UInt8]) -> [UInt8] {
        guard !secrets.isEmpty else { return chunk }
        pending += chunk
        return drain(isEnd: false)
    }

    /// What was held back: the stream has ended.
    package mutating func finish() -> [UInt8] { drain(isEnd: true) }

    /// A whole text with its secrets masked.
    package static func mask(_ text: String, secrets: some Sequence<Redacted>) -> String {
        var masker = SecretMasker(secrets: secrets)
        let head = masker.mask(Array(text.utf8))
        return String(decoding: head + masker.finish(), as: UTF8.self)
    }

    /// Walks over the pending bytes. A byte is masked when any secret covers it, so that two secrets that overlap hide each
    /// other's rest; one mask stands for a run of masked bytes.
    private mutating func drain(isEnd: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(pending.count)
        var index = 0
        while index < pending.count {
            if isFirstByte[Int(pending[index])] {
                guard let length = match(at: index, isEnd: isEnd) else { break }
                covered = max(covered, index + length)
            }
            if index >= covered { output.append(pending[index]) } else if !isInsideMask { output += Self.mask }
            isInsideMask = index < covered
            index += 1
        }
        pending.removeFirst(index)
        covered = max(0, covered - index)
        return output
    }

    /// The length of the longest secret that stands at an index, 0 for none; nil where more bytes must come to tell.
    private func match(at index: Int, isEnd: Bool) -> Int? {
        let rest = pending[index...]
        for secret in secrets {
            if secret.count <= rest.count {
                if rest.starts(with: secret) { return secret.count }
            } else if !isEnd, secret.starts(with: rest) {
                return nil
            }
        }
        return 0
    }
}
