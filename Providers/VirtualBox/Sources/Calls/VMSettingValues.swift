/// What starts a machine.
enum Firmware: String, CaseIterable, Sendable {
    case bios
    case uefi

    /// As `--firmware` takes it.
    var argument: String { self == .bios ? "bios" : "efi" }
}

/// The graphics cards that VirtualBox imitates.
enum Graphics: String, CaseIterable, Sendable {
    case none, vboxvga, vmsvga, vboxsvga
}

/// How a machine is told that it is virtual.
enum Paravirtualisation: String, CaseIterable, Sendable {
    case none, `default`, legacy, minimal, hyperv, kvm
}

/// What a machine may start from.
enum BootDevice: String, CaseIterable, Sendable {
    case none, floppy, dvd, disk, net
}

/// The network cards that VirtualBox imitates.
enum CardModel: String, CaseIterable, Sendable {
    case am79c970a = "Am79C970A"
    case am79c973 = "Am79C973"
    case am79c960 = "Am79C960"
    case e1000Desktop = "82540EM"
    case e1000Server = "82543GC"
    case e1000MT = "82545EM"
    case virtio
}

/// Where a network card leads.
enum CardLink: Hashable, Sendable {
    /// There is no card.
    case none
    /// To the host's own network, from behind its address.
    case nat
    /// To a network of machines only, which is there while one of them runs.
    case `internal`(String)
    /// To a network of machines and this host.
    case hostOnly(interface: String)
    /// To the network of an interface of this host.
    case bridged(interface: String)

    var kind: String {
        switch self {
        case .none: "none"
        case .nat: "nat"
        case .internal: "intnet"
        case .hostOnly: "hostonly"
        case .bridged: "bridged"
        }
    }

    func target(_ slot: Int, in version: VBoxVersion) -> [String] {
        switch self {
        case .none, .nat: []
        case .internal(let name): ["--intnet\(slot)", name]
        case .hostOnly(let interface): [Vocabulary.hostOnlyAdapter.name(in: version) + String(slot), interface]
        case .bridged(let interface): [Vocabulary.bridgeAdapter.name(in: version) + String(slot), interface]
        }
    }
}
