/// Where a libvirt daemon is, taken apart: `DRIVER[+TRANSPORT]://[USER@][HOST][:PORT]/PATH[?PARAMETERS]`.
package struct LibvirtURI: Hashable, Sendable, CustomStringConvertible {
    /// The whole text.
    package let description: String
    /// What runs the machines: `qemu`, or `test`.
    package let driver: String
    /// What carries the connection, such as `ssh`; nil where the URI doesn't say.
    package let transport: String?
    /// The user, the host and the port of it, as far as the URI says.
    package let authority: URIAuthority
    /// What else the URI says, such as `keyfile`.
    package let parameters: [String: String]
    /// Whether the daemon is on this host.
    package let isLocal: Bool
    /// Whose daemon it is.
    package let scope: HostAbilities.Scope

    /// Takes a URI apart; one that libvirt would refuse is taken for the system's of another host.
    package init(_ text: String) {
        description = text
        let halves = text.split(separator: "?", maxSplits: 1)
        let parts = (halves.first ?? "").split(separator: "://", maxSplits: 1)
        let scheme = (parts.first ?? "").split(separator: "+")
        let place = parts.count == 2 ? parts[1] : "nowhere"
        driver = scheme.first.map(String.init) ?? ""
        transport = scheme.count < 2 ? nil : String(scheme[1])
        authority = URIAuthority(place.prefix { $0 != "/" })
        parameters = halves.count == 2 ? Self.parameters(in: halves[1]) : [:]
        isLocal = place.hasPrefix("/") && (scheme.count < 2 || scheme[1] == "unix")
        scope = place.drop { $0 != "/" } == "/session" ? .session : .system
    }

    /// `NAME=VALUE&…`; libvirt takes semicolons as well. Of two with one name the first counts.
    private static func parameters(in text: Substring) -> [String: String] {
        let pairs = text.split { $0 == "&" || $0 == ";" }.map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(halves[0]).percentDecoded, halves.count == 2 ? String(halves[1]).percentDecoded : "")
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Whether a parameter that is a switch is on: libvirt takes any number but 0 for that.
    func isOn(_ parameter: String) -> Bool { parameters[parameter].flatMap { Int($0) }.map { $0 != 0 } ?? false }
}

/// The part of a URI that names a host: `[USER@][HOST][:PORT]` (RFC 3986, section 3.2).
package struct URIAuthority: Hashable, Sendable {
    /// The user.
    package let user: String?
    /// The host, by name or address; one of IPv6 without its brackets.
    package let host: String?
    /// The port.
    package let port: UInt16?

    init(_ text: Substring) {
        let end = text.lastIndex(of: "@")
        user = end.map { String(text[..<$0]).percentDecoded }
        let place = end.map { text[text.index(after: $0)...] } ?? text
        // within brackets a colon is part of the address
        let tail = place.lastIndex(of: "]").map { place[place.index(after: $0)...] } ?? place
        let colon = tail.lastIndex(of: ":")
        port = colon.flatMap { UInt16(tail[tail.index(after: $0)...]) }
        let name = String(colon.map { place[..<$0] } ?? place).percentDecoded
        let plain = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        host = plain.isEmpty ? nil : plain
    }
}

extension String {
    /// With `%41` and the like replaced by what they stand for (RFC 3986, section 2.1).
    fileprivate var percentDecoded: String {
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let code = Substring(rest.prefix(2)).hexadecimalByte else {
                bytes.append(byte)
                continue
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring {
    /// The value of two hexadecimal digits; nil for anything else.
    fileprivate var hexadecimalByte: UInt8? {
        utf8.count == 2 && allSatisfy(\.isHexDigit) ? UInt8(self, radix: 16) : nil
    }
}
