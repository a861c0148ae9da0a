import DevenvModel
import DevenvPluginAPI

/// A machine as it is wanted, as settings of VirtualBox. Pure: everything that it may have is said each time, so that it does
/// not matter what it had before.
struct Blueprint: Sendable {
    let request: MachineRequest
    let options: VirtualBoxOptions
    let appliance: Appliance

    /// All settings but the forwards. `links`: where the cards of its interfaces lead; `cards`: where those lead that it has.
    func settings(links: [CardLink], replacing cards: [Int: String]) -> [VMSetting] {
        let spec = request.spec
        var settings = appliance.settings
        if let memory = spec.memory { settings.append(.memory(mebibytes: max(4, memory.bytes >> 20))) }
        if let processors = spec.cpus {
            settings.append(.processors(processors))
            if processors > 1 { settings.append(.ioAPIC(true)) }
        }
        if let firmware = options.firmware { settings.append(.firmware(firmware)) }
        if let graphics = options.graphics { settings.append(.graphics(graphics)) }
        if let memory = options.videoMemory { settings.append(.videoMemory(mebibytes: memory)) }
        settings.append(.paravirtualisation(options.paravirtualisation ?? .default))
        settings.append(.nested(options.isNested ?? false))
        let plan = CardPlan(
            interfaces: spec.interfaces, links: links, bridges: options.bridges,
            model: options.cardModel ?? appliance.card)
        return settings + card + plan.settings(from: cards)
    }

    /// The first card leads to VirtualBox's NAT: it is how the machine reaches the world, and how it is reached.
    private var card: [VMSetting] {
        var settings: [VMSetting] = [
            .card(slot: 1, .nat), .cardModel(slot: 1, options.cardModel ?? appliance.card),
        ]
        // a system that was set up for one card looks for it
        if let address = request.box.baseMAC { settings.append(.hardwareAddress(slot: 1, address)) }
        return settings
    }
}

/// The forwards of a machine as they are wanted: to its SSH server, by a port of devenv's choice, and those of the Envfile.
struct ForwardPlan: Sendable {
    var login: PortForward
    var others: [PortForward]

    init(_ request: MachineRequest, loginPort: UInt16) {
        login = PortForward(host: loginPort, guest: request.access.port)
        others = request.forwards
    }

    var rules: [NATRule] { [NATRule(name: NATRule.loginName, login)] + others.map { NATRule($0) } }

    /// Rules of devenv's that are not wanted, or not like this, by name. The user's own stay.
    func superfluous(among present: [NATRule]) -> [String] {
        let wanted = Set(rules)
        return present.filter { $0.isOwn && !wanted.contains($0) }.map(\.name)
    }

    /// Rules that are wanted and not there.
    func missing(among present: [NATRule]) -> [NATRule] {
        let present = Set(present)
        return rules.filter { !present.contains($0) }
    }

    /// What brings the machine's rules to the wanted ones, while it does not run.
    func settings(from present: [NATRule]) -> [VMSetting] {
        superfluous(among: present).map { .noForward(slot: 1, name: $0) }
            + missing(among: present).map { .forward(slot: 1, $0) }
    }
}

extension ForwardPlan {
    /// The forwards that devenv's rules among these are; nil where none leads to the SSH server.
    init?(_ rules: [NATRule]) {
        guard let login = rules.first(where: { $0.name == NATRule.loginName }) else { return nil }
        self.login = login.forward
        others = rules.filter { $0.isOwn && $0.name != NATRule.loginName }.map(\.forward)
    }
}
