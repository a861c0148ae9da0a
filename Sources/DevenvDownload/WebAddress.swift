/// An `http:` or `https:` URL. It prints without what may be secret in it.
package struct WebAddress: Hashable, Sendable {
    /// The whole URL, secrets included: only for curl's standard input.
    package let text: String
    private let rest: Substring

    /// Reads a URL; nil for other schemes, and for texts that can't be one.
    package init?(_ text: String) {
        guard let end = text.firstRange(of: "://")?.upperBound else { return nil }
        let scheme = text[..<end].lowercased()
        guard scheme == "http://" || scheme == "https://" else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        let rest = text[end...]
        guard let first = rest.first, first != "/", first != "?", first != "#" else { return nil }
        self.text = text
        self.rest = rest
        isEncrypted = scheme == "https://"
    }

    /// Whether it is `https:`, from which no redirection may lead to `http:`.
    package let isEncrypted: Bool

    /// Whether a text looks like a URL of any kind.
    package static func isURL(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "://")?.lowerBound, end > text.startIndex else { return false }
        return text[..<end].utf8.allSatisfy { (0x61...0x7a).contains($0 | 0x20) || "0123456789+.-".utf8.contains($0) }
    }

    /// The last part of its path, without a query; empty where there is none.
    package var fileName: String {
        let path = pathAndHost.drop { $0 != "/" }
        return String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
    }

    /// A URL relative to this one: another whole one, a path from the host's root, or one beside this file.
    package func resolving(_ reference: String) -> WebAddress? {
        if Self.isURL(reference) { return WebAddress(reference) }
        let scheme = isEncrypted ? "https://" : "http://"
        let query = rest.drop { $0 != "?" && $0 != "#" }
        let head = String(pathAndHost)
        let host = String(head.prefix { $0 != "/" })
        if reference.hasPrefix("/") { return WebAddress(scheme + host + reference) }
        var parts = head.dropFirst(host.count).split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for part in reference.split(separator: "/", omittingEmptySubsequences: false) {
            if part == ".." { if parts.count > 1 { parts.removeLast() } } else if part != "." { parts.append(part) }
        }
        if parts.first != "" { parts.insert("", at: parts.startIndex) }
        // a token in the query of a catalog is meant for its files too
        let inherited = reference.contains("?") ? "" : String(query.prefix { $0 != "#" })
        return WebAddress(scheme + host + parts.joined(separator: "/") + inherited)
    }

    private var pathAndHost: Substring { rest.prefix { $0 != "?" && $0 != "#" } }
}

extension WebAddress: CustomStringConvertible {
    /// The URL without user, password and query, any of which may be a secret.
    package var description: String {
        let head = pathAndHost
        let host = head.prefix { $0 != "/" }
        let path = head.dropFirst(host.count)
        let name = host.lastIndex(of: "@").map { host[host.index(after: $0)...] } ?? host
        let query = rest.contains("?") ? "?…" : ""
        return (isEncrypted ? "https://" : "http://") + name + path + query
    }
}
