import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// One start of a machine.
struct MachineStart: Sendable {
    let manage: VBoxManage
    let version: VBoxVersion
    let blueprint: Blueprint
    let report: MachineReport
    let networks: ProjectNetworks
    let attempt: String

    private var machine: VMID { report.id }
    private var options: VirtualBoxOptions { blueprint.options }

    /// Starts one that is off. VirtualBox says that it has started one whose port was taken, so ports are looked at before and
    /// its log afterwards. Answers the port of this host that leads to its SSH server.
    func boot() async throws(ProviderError) -> UInt16 {
        var refused: Set<UInt16> = []
        var rules = report.forwards
        try requireBridges()
        let interfaces = blueprint.request.spec.interfaces
        let links = try await networks.join(interfaces, as: options.networks)
        FaultPoint.reach("virtualbox.start.joined")
        while true {
            let plan = ForwardPlan(blueprint.request, loginPort: loginPort(rules, except: refused))
            try Self.probe(plan.others)
            try ProviderError.checkCancellation(attempt)
            let settings = blueprint.settings(links: links, replacing: report.cards) + plan.settings(from: rules)
            try await run(.modify(machine, settings, in: version))
            FaultPoint.reach("virtualbox.start.modified")
            if refused.isEmpty {
                try await networks.settle(interfaces, links)
                try await grow()
                try await ExtraDisks(
                    manage: manage, report: report, appliance: blueprint.appliance, attempt: attempt
                ).bring(options.disks)
            }
            try await customize(.beforeBoot)
            try await run(.start(machine, options.showsWindow ? .gui : .headless))
            FaultPoint.reach("virtualbox.start.started")
            let lost = MachineLog(report)?.refusedPorts() ?? []
            if lost.isEmpty {
                try await customize(.afterBoot)
                return plan.login.host
            }
            try await run(.powerOff(machine))
            FaultPoint.reach("virtualbox.start.withdrawn")
            if let forward = plan.others.first(where: { lost.contains($0.host) }) { throw Self.taken(forward) }
            guard refused.insert(plan.login.host).inserted, refused.count < 20 else {
                throw .failed("\(attempt): VirtualBox gets none of this host's ports for its SSH server")
            }
            rules = plan.rules + rules.filter { !$0.isOwn }
        }
    }

    /// Lets one that is suspended go on, and gives one that runs the forwards that it lacks. Answers like `boot`.
    func goOn() async throws(ProviderError) -> UInt16 {
        if report.state.isSaved {
            try await networks.rejoin()
            try await run(.start(machine, options.showsWindow ? .gui : .headless))
        } else if report.state == .paused {
            if let disk = FullDisk(report.folder) { throw disk.refusal(attempt) }
            try await run(.resume(machine))
        }
        FaultPoint.reach("virtualbox.start.awake")
        let present = report.forwards
        let lost = report.state.isSaved ? MachineLog(report)?.refusedPorts() ?? [] : []
        let plan = ForwardPlan(blueprint.request, loginPort: loginPort(present, except: lost))
        try await LiveForwards(manage: manage, machine: machine, attempt: attempt).bring(
            plan, from: present, lost: lost)
        return plan.login.host
    }

    private func loginPort(_ rules: [NATRule], except refused: Set<UInt16>) -> UInt16 {
        let refused = refused.union(LoginPort.foreign(rules, blueprint.request.forwards))
        guard let port = LoginPort.current(rules), !refused.contains(port) else {
            return HostPort.unused(except: refused)
        }
        // the machine itself has it while it runs
        guard !report.state.isActive, HostPort.probe(PortForward(host: port, guest: 22)) != .free else { return port }
        return report.state.isSaved ? port : HostPort.unused(except: refused)
    }

    /// VirtualBox takes any name, and says at the start that there is none of it.
    private func requireBridges() throws(ProviderError) {
        for bridge in options.bridges where !HostFiles.exists(FilePath("/sys/class/net/\(bridge.interface)")) {
            throw .invalidRequest(
                "\(attempt): this host has no network interface '\(bridge.interface)', which its 'bridges' name",
                help: "VBoxManage list bridgedifs shows those that there are")
        }
    }

    private func customize(_ event: Customization.Event) async throws(ProviderError) {
        try await options.customizations.make(at: event, of: machine, manage, attempt)
    }

    private func run(_ call: VBoxCall) async throws(ProviderError) {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in _ = try await manage.run(call) }
    }

    /// Throws for a forward whose port can't be had.
    static func probe(_ forwards: [PortForward]) throws(ProviderError) {
        for forward in forwards {
            switch HostPort.probe(forward) {
            case .free: break
            case .taken: throw taken(forward)
            case .foreignAddress: throw .foreignAddress(of: forward)
            case .refused(let error):
                throw .notPermitted(
                    "can't forward \(forward): \(error.description.lowercased())",
                    help: "choose a port above 1023, or run devenv as root")
            }
        }
    }

    static func taken(_ forward: PortForward) -> ProviderError { .portInUse(forward, by: HostPort.holder(of: forward)) }
}
