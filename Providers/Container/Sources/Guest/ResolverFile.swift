import DevenvModel

/// The text of a machine's resolv.conf(5).
///
/// The C library asks a name server even for names that are in hosts(5), for their IPv6 address. A server that does not
/// answer would hold each of these questions for seconds, so only servers that answer are named. Without any, the C
/// library asks 127.0.0.1, where nobody listens in the machine: it is told so at once.
struct ResolverFile: Hashable, Sendable {
    /// The servers that answer.
    let servers: [IPv4Address]
    /// The domains that are tried.
    var search: [String] = []

    /// The text.
    var text: String {
        var lines = ["# written by devenv at each start"]
        if servers.isEmpty { lines.append("# no name server can be reached from here, so none is named") }
        lines += servers.prefix(3).map { "nameserver \($0)" }
        if !search.isEmpty, !servers.isEmpty { lines.append("search \(search.joined(separator: " "))") }
        lines.append("options timeout:1 attempts:2")
        return lines.map { $0 + "\n" }.joined()
    }

    /// The servers and search domains in a resolv.conf that a machine could use: neither on loopback nor IPv6.
    static func read(_ text: String) -> ResolverFile {
        var servers: [IPv4Address] = []
        var search: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.count >= 2, words[0] == "nameserver", let server = IPv4Address(words[1]), server.value >> 24 != 127
            {
                servers.append(server)
            }
            if words.first == "search" || words.first == "domain" { search = Array(words.dropFirst()) }
        }
        return ResolverFile(servers: servers, search: search)
    }
}
