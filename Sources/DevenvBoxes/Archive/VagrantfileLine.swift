/// What a line of a Vagrantfile says, as far as it can be told without running it.
enum VagrantfileLine {
    /// What a line sets.
    struct Setting: Hashable, Sendable {
        /// Such as `vm.base_mac`, or `virtualbox.memory` in a provider's block.
        let key: String
        /// A literal's text; nil for anything else.
        let value: String?
        /// Which provider's machines it is for; nil for those of all.
        var provider: String?
    }

    /// The beginning of a provider's block, `config.vm.provider "virtualbox" do |vb|`: what stands for the provider in it.
    static func block(_ line: Substring) -> (variable: Substring, provider: String)? {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let words = parts[0].split { $0.isWhitespace || $0 == "," || $0 == "(" || $0 == ")" }
        guard words.count >= 3, words[0].hasSuffix(".vm.provider"), path(words[0])?.count == 3 else { return nil }
        let name = words[1].hasPrefix(":") ? String(words[1].dropFirst()) : literal(words[1])
        let variable = parts[1].prefix { $0 != "," }.filter { !$0.isWhitespace }
        guard let name, isWord(name[...]), isWord(variable[...]) else { return nil }
        return (variable[...], name)
    }

    /// `config.vm.base_mac = "080027D14C66"`, whatever the variable is called; a provider's `vb.memory = 2048`, or
    /// `vb.customize ["modifyvm", :id, "--memory", "2048"]`, given the blocks' variables.
    static func setting(_ line: Substring, _ blocks: [Substring: String]) -> Setting? {
        let parts = line.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let path = path(trimmed(parts[0])) else { return customization(line, blocks) }
        let value = trimmed(parts[1])
        guard !value.hasPrefix("="), !value.hasPrefix("~") else { return nil }
        if path.count == 3 { return Setting(key: path[1...].joined(separator: "."), value: literal(value)) }
        // of two words nobody knows what the first one stands for, unless a block says it: else it is told, and never taken over
        guard let provider = blocks[path[0]] else { return Setting(key: path.joined(separator: "."), value: nil) }
        return Setting(key: "\(provider).\(path[1])", value: number(value) ?? literal(value), provider: provider)
    }

    private static func customization(_ line: Substring, _ blocks: [Substring: String]) -> Setting? {
        let line = trimmed(line)
        let call = line.split(separator: "[", maxSplits: 1)
        guard let variable = call.first?.split(separator: ".").first, let provider = blocks[variable],
            trimmed(call[0].dropFirst(variable.count)).hasPrefix(".customize")
        else { return nil }
        let list = call.count == 2 ? call[1].prefix { $0 != "]" } : ""
        let words = list.split(separator: ",").map { trimmed($0) }
        guard words.count == 4, literal(words[0]) == "modifyvm", words[1] == ":id",
            let option = literal(words[2]), ["--memory", "--cpus"].contains(option)
        else { return Setting(key: "\(provider).customize", value: nil, provider: provider) }
        return Setting(
            key: "\(provider).\(option.dropFirst(2))", value: number(words[3]) ?? literal(words[3]), provider: provider)
    }

    /// Two or three words with points between them.
    private static func path(_ text: Substring) -> [Substring]? {
        let path = text.split(separator: ".", omittingEmptySubsequences: false)
        return (2...3).contains(path.count) && path.allSatisfy(isWord) ? path : nil
    }

    private static func number(_ text: Substring) -> String? {
        let digits = text.filter { $0 != "_" }
        return !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? digits : nil
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

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        return start.dropLast(start.reversed().prefix(while: \.isWhitespace).count)
    }
}
