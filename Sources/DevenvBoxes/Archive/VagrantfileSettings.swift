import DevenvModel

/// The settings of a box's Vagrantfile that are taken over. The file is a program and is never run: only lines that set one
/// value to one literal, as Vagrant and packer write them, are read, and only where there is one such line.
struct VagrantfileSettings: Hashable, Sendable {
    /// The address that the first network interface has to have.
    private(set) var baseMAC: MACAddress?
    /// Who people log in as.
    private(set) var user: String?
    /// What machines get where nobody says otherwise.
    private(set) var defaults = BoxDefaults()
    /// The settings that the file has and that are not taken over, as far as they can be told without running it.
    private(set) var ignored: [String] = []

    init() {}

    /// Reads the file of a box for a provider, as Vagrant names it; what is meant for others is passed over.
    init(_ bytes: [UInt8], of provider: String) {
        var values: [String: Set<String>] = [:]
        var blocks: [Substring: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if let block = VagrantfileLine.block(line) { blocks[block.variable] = block.provider }
            guard let setting = VagrantfileLine.setting(line, blocks) else { continue }
            guard setting.provider == nil || setting.provider == provider else { continue }
            values[setting.key, default: []].insert(setting.value ?? "")
        }
        for (key, found) in values.sorted(by: { $0.key < $1.key }) where found.count > 1 || !take(key, found.first) {
            ignored.append(key)
        }
    }

    /// Takes a setting over; false for one that is not taken over.
    private mutating func take(_ key: String, _ value: String?) -> Bool {
        guard let value else { return false }
        switch key {
        case "vm.base_mac":
            baseMAC = Self.address(value)
            return baseMAC != nil
        case "ssh.username" where Self.isUser(value): user = value
        case "libvirt.memory", "virtualbox.memory":  // in MiB
            defaults.memory = Self.number(value, upTo: 1 << 24).map { ByteCount(bytes: Int64($0) << 20) }
            return defaults.memory != nil
        case "libvirt.cpus", "virtualbox.cpus":
            defaults.cpus = Self.number(value, upTo: 1 << 10)
            return defaults.cpus != nil
        default: return false
        }
        return true
    }

    private static func number(_ text: String, upTo limit: Int) -> Int? {
        guard let number = Int(text), (1...limit).contains(number) else { return nil }
        return number
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
}
