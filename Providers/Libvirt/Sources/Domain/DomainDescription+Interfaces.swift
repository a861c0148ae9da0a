import DevenvCrypto
import DevenvModel
import DevenvPluginAPI

extension DomainDescription {
    /// The network cards that libvirt knows.
    var interfaces: [InterfaceDescription] {
        var cards = host.scope == .system ? networkCards : [userCard]
        if !cards.isEmpty { cards[0].bootOrder = bootOrder(of: .network) }
        return cards + bridgedCards
    }

    /// Guests count their cards in the order of the slots of the first bus: this one, the wires, then the others.
    private static let userSlot = 0x0F

    private var userCard: InterfaceDescription {
        InterfaceDescription(
            link: .user, mac: userMAC, model: options.networkModel, alias: "ua-user", slot: Self.userSlot)
    }

    private var networkCards: [InterfaceDescription] {
        request.spec.interfaces.map { interface in
            let network = ProjectNetwork(interface.network, of: request.identity)
            return InterfaceDescription(
                link: .network(network.networkName), mac: interface.mac, model: options.networkModel,
                alias: "ua-net-\(interface.network)")
        }
    }

    private var bridgedCards: [InterfaceDescription] {
        options.bridges.enumerated().map { index, bridged in
            InterfaceDescription(
                link: .bridge(bridged.bridge), mac: bridged.mac ?? Self.mac("bridge \(index)", of: request.identity),
                model: options.networkModel, alias: "ua-bridge-\(index + 1)")
        }
    }

    /// The MAC of the card on QEMU's user-mode network.
    var userMAC: MACAddress { Self.mac("user", of: request.identity) }

    /// A MAC that belongs to a machine and a purpose: locally administered, and apart from those made from addresses.
    static func mac(_ purpose: String, of identity: MachineIdentity) -> MACAddress {
        let digest = SHA256.hexadecimal(of: Array("\(identity.project) \(identity.machine) \(purpose)".utf8))
        let digits = Array(digest.prefix(8))
        let tail = stride(from: 0, to: 8, by: 2).map { String(digits[$0...$0 + 1]) }
        return MACAddress("02:de:" + tail.joined(separator: ":")) ?? MACAddress(for: .loopback)
    }

    /// QEMU's arguments for networks between machines of a user without privileges.
    ///
    /// libvirt has an interface of this kind as well, but doesn't bind it: its frames would go out to the host's own
    /// network, and come in from there.
    var wires: [String] {
        guard host.scope == .session else { return [] }
        return request.spec.interfaces.enumerated().flatMap { index, interface in
            let group = ProjectNetwork(interface.network, of: request.identity).multicast
            let id = "devenv-net\(index)"
            let slot = InterfaceDescription.hexadecimal(Self.userSlot + 1 + index)
            return [
                "-netdev", "socket,id=\(id),mcast=\(group.address):\(group.port),localaddr=127.0.0.1",
                "-device",
                "\(emulatorModel),netdev=\(id),mac=\(interface.mac),bus=\(rootBus),addr=\(slot),romfile=",
            ]
        }
    }

    private var emulatorModel: String {
        options.networkModel == .virtio ? "virtio-net-pci" : options.networkModel.rawValue
    }

    private var rootBus: String { isOldPC ? "pci.0" : "pcie.0" }
}
