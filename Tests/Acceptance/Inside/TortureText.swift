/// Texts that get lost where a program's words go through shells carelessly.
enum TortureText {
    /// Each is one argument, or one variable's value.
    static let all = [
        "", " ", "two words", "it's", "\"quoted\"", "$HOME", "${HOME}", "`id`", "$(id)", "back\\", "\\\\", "\\n",
        "line\nbreak\n", "\n", "tab\there", "*?[a]", "~", "-n", "--", "!history", "äé€漢🙂", "a;b&c|d>e<f #g", "'", "\r",
        "\u{1}\u{7F}", "%s%n", "=",
    ]

    /// What a script prints of them that ends each with a NUL.
    static let printed: [UInt8] = all.flatMap { Array($0.utf8) + [0] }

    /// As a double-quoted scalar (YAML 1.2, section 7.3.1) that the Envfile leaves as it is.
    static func yaml(_ text: String) -> String {
        let escaped = text.replacing("${", with: "$${").unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
