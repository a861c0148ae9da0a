import DevenvModel

/// The settings of a box's Vagrantfile that are taken over. The file is a program and is never run: only lines that set one
/// value to one literal text, as Vagrant and packer write them, are read, and only where there is one such line.
struct VagrantfileSettings: Hashable, Sendable {
    /// The address that the first network interface has to have.
    private(set) var baseMAC: MACAddress?
    /// Who people log in as.
    private(set) var user: String?
    /// The settings that the file has and that are not taken over, as far as they can be told without running it.
    private(set) var ignored: [String] = []

    init() {}

    /// Reads a file.
    init(_ bytes: [UInt8]) {
        var values: [String: Set<String>] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let (key, value) = Self.setting(line) else { continue }
            values[key, default: []].insert(value ?? "")
        }
        for (key, found) in values.sorted(by: { $0.key < $1.key }) {
            let value = found.count == 1 ? found.first : nil
            switch (key, value) {
            case ("vm.base_mac", let value?) where Self.address(value) != nil: baseMAC = Self.address(value)
            case ("ssh.username", let value?) where Self.isUser(value): user = value
            default: ignored.append(key)
            }
        }
    }

    /// `config.vm.base_mac = "080027D14C66"`, whatever the variable is called, and a provider's `vb.memory = 2048`; the value is nil
    /// where it is no literal text.
    private static func setting(_ line: Substring) -> (key: String, value: String?)? {
        let parts = line.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let path = trimmed(parts[0]).split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(path.count), path.allSatisfy(isWord) else { return nil }
        let value = trimmed(parts[1])
        guard !value.hasPrefix("="), !value.hasPrefix("~") else { return nil }
        // of two words nobody knows what the first one stands for: such a setting is told, and never taken over
        return path.count == 2
            ? (path.joined(separator: "."), nil) : (path[1...].joined(separator: "."), literal(value))
    }

    private static func literal(_ text: Substring) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return nil
        }
        let inner = text.dropFirst().dropLast()
        return inner.contains { $0 == quote || $0 == "\\" || $0 == "#" } ? nil : String(inner)
    }

    private static func isWord(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// Twelve hexadecimal digits, or six pairs of them.
    private static func address(_ text: String) -> MACAddress? {
        if text.contains(":") { return MACAddress(text) }
        guard text.utf8.count == 12 else { return nil }
        let digits = Array(text)
        return MACAddress(
            stride(from: 0, to: 12, by: 2).map { String(digits[$0...($0 + 1)]) }.joined(separator: ":"))
    }

    /// As useradd(8) allows them.
    private static func isUser(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 32 else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        return start.dropLast(start.reversed().prefix(while: \.isWhitespace).count)
    }
}
