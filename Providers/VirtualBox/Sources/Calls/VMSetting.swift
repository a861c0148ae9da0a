import DevenvModel

/// A setting of a machine that `modifyvm` changes.
enum VMSetting: Hashable, Sendable {
    /// How much memory it has.
    case memory(mebibytes: Int64)
    /// How many processors it has.
    case processors(Int)
    /// The kind of system in it, as `list ostypes` names it.
    case operatingSystem(String)
    /// What starts it.
    case firmware(Firmware)
    /// An interrupt controller that several processors need.
    case ioAPIC(Bool)
    /// Physical address extension, which some 32-bit systems need.
    case pae(Bool)
    /// Whether its clock shows universal time.
    case universalTime(Bool)
    /// What its screen is shown by.
    case graphics(Graphics)
    /// The memory of its screen.
    case videoMemory(mebibytes: Int)
    /// How it is told that it is virtual.
    case paravirtualisation(Paravirtualisation)
    /// Whether it may run virtual machines itself.
    case nested(Bool)
    /// No sound.
    case silence
    /// What its firmware asks of whoever sits in front of it: nothing.
    case noBootMenu
    /// What it starts from, first to last, at most four.
    case bootOrder([BootDevice])
    /// Where a network card leads; slots count from 1.
    case card(slot: Int, CardLink)
    /// What a network card imitates.
    case cardModel(slot: Int, CardModel)
    /// The address of a network card.
    case hardwareAddress(slot: Int, MACAddress)
    /// A forward of a card that leads to VirtualBox's NAT.
    case forward(slot: Int, NATRule)
    /// A forward that is to go.
    case noForward(slot: Int, name: String)
    /// Arguments of the user's own, as they are.
    case verbatim([String])

    /// As arguments of `modifyvm`.
    func arguments(in version: VBoxVersion) -> [String] {
        func word(_ word: Vocabulary) -> String { word.name(in: version) }
        return switch self {
        case .memory(let mebibytes): ["--memory", String(mebibytes)]
        case .processors(let count): ["--cpus", String(count)]
        case .operatingSystem(let name): [word(.operatingSystem), name]
        case .firmware(let firmware): ["--firmware", firmware.argument]
        case .ioAPIC(let isOn): ["--ioapic", Self.switched(isOn)]
        case .pae(let isOn): [word(.pae), Self.switched(isOn)]
        case .universalTime(let isOn): [word(.universalTime), Self.switched(isOn)]
        case .graphics(let controller): ["--graphicscontroller", controller.rawValue]
        case .videoMemory(let mebibytes): ["--vram", String(mebibytes)]
        case .paravirtualisation(let kind): [word(.paravirtualisation), kind.rawValue]
        case .nested(let isOn): ["--nested-hw-virt", Self.switched(isOn)]
        case .silence: [word(.audioDriver), "none"]
        case .noBootMenu: [word(.firmwareBootMenu), "disabled"]
        case .bootOrder(let devices): Self.bootOrder(devices)
        case .verbatim(let arguments): arguments
        default: networkArguments(in: version)
        }
    }

    private func networkArguments(in version: VBoxVersion) -> [String] {
        func word(_ word: Vocabulary, _ slot: Int) -> String { word.name(in: version) + String(slot) }
        return switch self {
        case .card(let slot, let link):
            ["--nic\(slot)", link.kind] + link.target(slot, in: version)
                + (link == .none ? [] : [word(.cableConnected, slot), "on"])
        case .cardModel(let slot, let model): [word(.nicType, slot), model.rawValue]
        case .hardwareAddress(let slot, let address):
            [word(.macAddress, slot), address.description.filter { $0 != ":" }.uppercased()]
        case .forward(let slot, let rule): [word(.natForward, slot), rule.description]
        case .noForward(let slot, let name): [word(.natForward, slot), "delete", name]
        default: []
        }
    }

    private static func switched(_ isOn: Bool) -> String { isOn ? "on" : "off" }

    private static func bootOrder(_ devices: [BootDevice]) -> [String] {
        (1...4).flatMap { place in
            ["--boot\(place)", place <= devices.count ? devices[place - 1].rawValue : BootDevice.none.rawValue]
        }
    }
}
