/// A UUID as VirtualBox writes it, of a machine, a snapshot or a disk: names are not unique in it, or not ours to rely on.
struct VMID: Hashable, Sendable, CustomStringConvertible {
    /// 8, 4, 4, 4 and 12 lower-case hexadecimal digits with hyphens between them.
    let description: String

    /// Reads a UUID, with or without braces and hyphens, in either case; nil for anything else and for the one that is all
    /// zeros, which stands for none.
    init?(_ text: some StringProtocol) {
        var body = text.lowercased()
        if body.hasPrefix("{"), body.hasSuffix("}") { body = String(body.dropFirst().dropLast()) }
        let digits = Array(body.filter { $0 != "-" })
        guard digits.count == 32, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
            digits.contains(where: { $0 != "0" })
        else { return nil }
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        let written = parts.joined(separator: "-")
        guard body.count == 32 || body == written else { return nil }
        description = written
    }
}
