import DevenvModel

/// A forward as VirtualBox keeps it: a name and a port of the host that leads to one of the machine.
struct NATRule: Hashable, Sendable {
    /// Its name, unique for the network card.
    let name: String
    /// What it forwards.
    let forward: PortForward

    /// Names a forward. `PortForward` has no port over 65535, which VirtualBox would take modulo 65536.
    init(name: String, _ forward: PortForward) {
        self.name = name
        self.forward = forward
    }

    private static let prefix = "devenv-"
    /// The name of the forward to the SSH server.
    static let loginName = prefix + "ssh"

    /// Whether it is devenv's. The user may have others.
    var isOwn: Bool { name.hasPrefix(Self.prefix) }

    /// The rule of one of the Envfile's forwards; the name is made of all that must be unique.
    init(_ forward: PortForward) {
        self.init(name: "\(Self.prefix)\(forward.transport)-\(forward.address)-\(forward.host)", forward)
    }

    /// Reads `ssh,tcp,127.0.0.1,2222,,22`; nil for anything else. No address of the host is all of them.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6 else { return nil }
        let fields = Array(parts.suffix(5))
        guard let transport = PortForward.Transport(rawValue: fields[0]), let host = UInt16(fields[2]),
            let guest = UInt16(fields[4]),
            let address = fields[1].isEmpty ? IPv4Address(value: 0) : IPv4Address(fields[1])
        else { return nil }
        self.init(
            name: parts.dropLast(5).joined(separator: ","),
            PortForward(address: address, host: host, guest: guest, transport: transport))
    }
}

extension NATRule: CustomStringConvertible {
    /// As VBoxManage takes and prints it: `ssh,tcp,127.0.0.1,2222,,22`. The machine's address is left out: VirtualBox knows
    /// which one it gave to the card.
    var description: String {
        let address = forward.address.value == 0 ? "" : forward.address.description
        return "\(name),\(forward.transport),\(address),\(forward.host),,\(forward.guest)"
    }
}
