import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

/// What the `virtualbox:` block of a machine says.
struct VirtualBoxOptions: Hashable, Sendable {
    /// Whether the machine's disks begin as what is different from the box's, rather than as copies.
    var isLinkedClone = true
    /// Whether it runs in a window.
    var showsWindow = false
    /// How the networks of the project are built for it.
    var networks = NetworkWish.auto
    /// Cards of it on networks of this host.
    var bridges: [CardPlan.Bridge] = []
    /// What its network cards are; nil for what the box had.
    var cardModel: CardModel?
    /// What starts it; nil for what the box had.
    var firmware: Firmware?
    /// How it is told that it is virtual.
    var paravirtualisation: Paravirtualisation?
    /// Whether it may run virtual machines itself.
    var isNested: Bool?
    /// What its screen is shown by; nil for what the box had.
    var graphics: Graphics?
    /// The memory of its screen in MiB; nil for what the box had.
    var videoMemory: Int?
    /// Disks beside the box's.
    var disks: [ExtraDisk] = []
    /// Calls of VBoxManage of the user's own.
    var customizations: [Customization] = []

    /// The provider's name, under which a machine has its options.
    static let name = ProviderName(unchecked: "virtualbox")

    /// Reads the options and says what is wrong with them.
    static func read(_ tree: OptionTree?) -> (options: VirtualBoxOptions, diagnostics: [Diagnostic]) {
        var reader = OptionReader(tree, of: "the virtualbox options")
        var options = VirtualBoxOptions()
        options.isLinkedClone = reader.boolean("linked_clone") ?? options.isLinkedClone
        options.showsWindow = reader.boolean("gui") ?? options.showsWindow
        options.networks = reader.choice("networks", as: NetworkWish.self) ?? options.networks
        options.bridges = reader.bridges()
        options.cardModel = reader.choice("nic_type", as: CardModel.self)
        options.firmware = reader.choice("firmware", as: Firmware.self)
        options.paravirtualisation = reader.choice("paravirtualization", as: Paravirtualisation.self)
        options.isNested = reader.boolean("nested")
        options.graphics = reader.choice("graphics", as: Graphics.self)
        options.videoMemory = reader.integer("video_memory", in: 1...256)
        options.disks = reader.extraDisks()
        options.customizations = reader.customizations()
        return (options, reader.finish())
    }

    /// The properties that a machine with these options has.
    var settings: [MachineSetting] {
        func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "the box's" }
        return [
            MachineSetting("virtualbox.linked_clone", "\(isLinkedClone)", impact: .recreate),
            MachineSetting("virtualbox.gui", "\(showsWindow)", impact: .restart),
            MachineSetting("virtualbox.networks", networks.rawValue, impact: .restart),
            MachineSetting("virtualbox.bridges", MachineSettings.texts(bridges), impact: .restart),
            MachineSetting("virtualbox.nic_type", text(cardModel?.rawValue), impact: .restart),
            MachineSetting("virtualbox.firmware", text(firmware?.rawValue), impact: .restart),
            MachineSetting(
                "virtualbox.paravirtualization", paravirtualisation?.rawValue ?? "default", impact: .restart),
            MachineSetting("virtualbox.nested", isNested.map { "\($0)" } ?? "default", impact: .restart),
            MachineSetting("virtualbox.graphics", text(graphics?.rawValue), impact: .restart),
            MachineSetting("virtualbox.video_memory", videoMemory.map { "\($0) MiB" } ?? "the box's", impact: .restart),
            MachineSetting("virtualbox.disks", MachineSettings.texts(disks), impact: .restart),
            MachineSetting(
                "virtualbox.customize", customizations.map(\.description).joined(separator: "; "), impact: .restart),
        ]
    }
}
