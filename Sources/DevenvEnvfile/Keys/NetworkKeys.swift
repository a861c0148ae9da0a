import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// The entries of the top-level `networks`, and the items of a machine's.
enum NetworkKeys {
    struct Draft: Sendable {
        var subnet: Located<IPv4Subnet>?
        var isInternal = false
        var isShared = false
        var subnet6: Located<IPv6Choice>?
    }

    struct AttachmentDraft: Sendable {
        var name: Located<NetworkName>?
        var address: Located<IPv4Address>?
        var mac: MACAddress?
    }

    static let table = KeyTable<Draft>(
        "a network",
        [
            Key("subnet", \.subnet, subnet.located, "its addresses, as in 10.60.0.0/24; chosen where it is left out"),
            Key(
                "subnet6", \.subnet6, subnet6.located,
                "IPv6 addresses beside the others, as in fd5e:1::/64; 'auto' makes them of the others"),
            Key("internal", \.isInternal, .boolean, "whether it leads to its machines and this host only"),
            Key(
                "shared", \.isShared, .boolean, "whether other projects' machines are on it, those that share this name"
            ),
        ])

    static let attachmentTable = KeyTable<AttachmentDraft>(
        "an item of 'networks'",
        [
            Key("name", \.name, ValueType<NetworkName>.label.located, "the network", isRequired: true),
            Key(
                "ip", \.address, ValueType<IPv4Address>.address.located, "the machine's address; given out where absent"
            ),
            Key("mac", \.mac, .mac, "the interface's MAC; made from the address where it is left out"),
        ])

    /// The name of a network, or `{name, ip, mac}`.
    static let attachment: ValueType<NetworkAttachment> = ValueType<AttachmentDraft>
        .object(attachmentTable, AttachmentDraft())
        .orShort(ValueType<NetworkName>.label.located.then { name, _, _ in AttachmentDraft(name: name) })
        .then { draft, _, _ in
            draft.name.map { NetworkAttachment(network: $0, address: draft.address, mac: draft.mac) }
        }

    /// The declared networks; an entry may be empty.
    static let declarations: ValueType<[Located<NetworkSpec>]> = ValueType<Draft>(table.shape) { node, label, scope in
        var draft = Draft()
        table.decode(node, label, into: &draft, &scope)
        return draft
    }.map.then { entries, _, scope in
        entries.compactMap { key, draft in
            guard let name = NetworkName(rawValue: key.value) else {
                scope.problems.error("'\(key.value)' must be \(LabelWords.expected)", at: key.location)
                return nil
            }
            return Located(
                NetworkSpec(
                    name: name, subnet: draft.subnet, isInternal: draft.isInternal, isShared: draft.isShared,
                    subnet6: draft.subnet6),
                at: key.location)
        }
    }

    private static let subnet6 = ValueType<IPv6Choice>
        .parsed("'auto', or an IPv6 subnet such as fd5e:1::/64", format: .subnet6) { text in
            text == "auto" ? .automatic : IPv6Subnet(text).map(IPv6Choice.fixed)
        }
        .then { choice, node, scope in
            guard case .fixed(let subnet) = choice, !subnet.isUsable else { return choice }
            scope.problems.error(
                "'\(subnet)' is no subnet for machines", at: node.location,
                help: "take one of your own, as in fd5e:1::/64, or 'auto'")
            return nil
        }

    private static let subnet = ValueType<IPv4Subnet>
        .parsed("a subnet such as 10.60.0.0/24, its first address and the length of its prefix", format: .subnet) {
            IPv4Subnet($0)
        }
        .then { subnet, node, scope in
            let first = subnet.address.value >> 24
            let isUsable = first > 0 && first != 127 && first < 224 && (8...30).contains(subnet.prefixLength)
            if !isUsable {
                scope.problems.error(
                    "'\(subnet)' is no subnet for machines", at: node.location,
                    help: "take a private one with a prefix from /8 to /30, as in 10.60.0.0/24")
            }
            return isUsable ? subnet : nil
        }
}
