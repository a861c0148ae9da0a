package import DevenvModel

/// Another host whose libvirt is reached by SSH: the same way leads to its guests, whose networks end there.
package struct RemoteHost: Hashable, Sendable {
    private let words: [String]
    private let name: String

    /// The host of a URI (https://libvirt.org/uri.html, "Remote URIs"); nil for one that does not go by SSH.
    package init?(_ uri: LibvirtURI) {
        guard let transport = uri.transport, Self.transports.contains(transport) else { return nil }
        name = uri.authority.host ?? "localhost"
        // only of libvirt's own ssh it is the command; the libraries have none
        let command = transport == "ssh" ? uri.parameters["command"] : nil
        words = [command ?? "ssh"] + Self.options(uri, isLibrary: transport != "ssh") + Self.place(uri)
    }

    private static let transports: Set<String> = ["ssh", "libssh", "libssh2"]

    /// A program whose standard input and output lead to a port of an address as that host reaches it (ssh(1), `-W`). It asks
    /// for nothing: where no key or agent lets it in, it fails.
    package func program(to address: IPv4Address, port: UInt16) -> [String] {
        words + ["-W", "\(address):\(port)", "--", name]
    }

    private static func place(_ uri: LibvirtURI) -> [String] {
        let (port, user) = (uri.authority.port.map { ["-p", "\($0)"] }, uri.authority.user.map { ["-l", $0] })
        return (port ?? []) + (user ?? []) + (uri.parameters["keyfile"].map { ["-i", $0] } ?? [])
    }

    private static func options(_ uri: LibvirtURI, isLibrary: Bool) -> [String] {
        var options = ["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=15", "LogLevel=ERROR"]
        if let file = uri.parameters["known_hosts"] {
            options.append("UserKnownHostsFile=\(word(file))")
        } else if isLibrary {
            // where libvirt itself keeps what these have learned
            options.append("UserKnownHostsFile=~/.config/libvirt/known_hosts ~/.ssh/known_hosts")
        }
        switch uri.parameters["known_hosts_verify"] {
        case "auto": options.append("StrictHostKeyChecking=accept-new")
        case "ignore": options.append("StrictHostKeyChecking=no")
        default: if uri.isOn("no_verify") { options.append("StrictHostKeyChecking=no") }
        }
        return options.flatMap { ["-o", $0] }
    }

    /// A path as a value of ssh_config(5): percent signs are tokens there and blanks divide lists.
    private static func word(_ path: String) -> String {
        let text = path.replacing("%", with: "%%").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return text.contains(where: \.isWhitespace) ? "\"\(text)\"" : text
    }
}
