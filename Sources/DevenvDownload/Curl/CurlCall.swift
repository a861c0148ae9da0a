import DevenvHost

/// Calls of curl(1). URLs are on its standard input, never in its arguments: they may hold passwords, and arguments can be read
/// by everybody on the host.
///
/// The user's own .curlrc and .netrc, and the variables for proxies, are curl's to read.
enum CurlCall {
    /// Writes the heads of all responses, then the body, to the standard output. `range` asks for what follows that many bytes,
    /// provided that the file is still the one that the validator was given for.
    static func transfer(_ address: WebAddress, range: (start: Int64, validator: String)? = nil) -> ToolInvocation {
        var lines = [option("url", address.text)]
        if let range {
            lines.append(option("header", "Range: bytes=\(range.start)-"))
            lines.append(option("header", "If-Range: \(range.validator)"))
        }
        return ToolInvocation(
            "curl", ["--config", "-", "--include", "--suppress-connect-headers"] + common(address),
            input: Array(lines.map { $0 + "\n" }.joined().utf8), timeout: .seconds(7 * 24 * 3600))
    }

    /// What every transfer is to be like.
    static func common(_ address: WebAddress) -> [String] {
        let schemes = address.isEncrypted ? "=https" : "=http,https"
        return [
            "--silent", "--show-error", "--globoff", "--netrc-optional",
            "--location", "--max-redirs", "10", "--proto", "=http,https", "--proto-redir", schemes,
            "--connect-timeout", "20",
            // a connection over which nothing has come for a minute is dead
            "--speed-limit", "1", "--speed-time", "60",
        ]
    }

    /// A line of a configuration file (curl(1), `--config`).
    static func option(_ name: String, _ value: String) -> String {
        let escaped = value.map { character -> String in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            case "\r", "\r\n": "\\r"
            case "\t": "\\t"
            default: String(character)
            }
        }
        return "\(name) = \"\(escaped.joined())\""
    }
}
