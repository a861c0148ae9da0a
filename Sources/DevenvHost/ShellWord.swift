/// Words of a POSIX shell command line.
package enum ShellWord {
    /// A program and its arguments as a value of ssh_config(5)'s `ProxyCommand`: a command for the user's shell, in which
    /// percent signs are tokens.
    package static func proxyCommand(_ words: [String]) -> String {
        words.map(quote).joined(separator: " ").replacing("%", with: "%%")
    }

    /// The text as one word, byte for byte, whatever is in it; quoted only where needed (POSIX.1-2017, XCU 2.2.2).
    package static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "_-./:=@,+%".utf8.contains(byte)
            }
        }
        if plain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
