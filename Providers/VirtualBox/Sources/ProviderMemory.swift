/// What need not be asked of VirtualBox twice within a command.
actor ProviderMemory {
    /// A machine that this command has started.
    struct Start: Hashable, Sendable {
        /// The port of this host that leads to its SSH server.
        let loginPort: UInt16
        /// What its settings were then: VirtualBox writes them anew when it ends.
        let settings: [UInt8]?
    }

    private var release: VBoxVersion?
    private var fresh: Set<VMID> = []
    private var starts: [VMID: Start] = [:]
    private var glances: [VMID: (report: MachineReport, time: ContinuousClock.Instant)] = [:]

    /// The release that is installed. `kept`: what is remembered of it from command to command.
    func version(
        _ manage: VBoxManage, kept: @Sendable () -> ReleaseMemory?
    ) async throws(VBoxError) -> VBoxVersion {
        if let release { return release }
        let kept = kept()
        if let remembered = kept?.recall() {
            release = remembered
            return remembered
        }
        let version = try await manage.version()
        kept?.keep(version)
        release = version
        return version
    }

    /// A machine has just been made: nothing has happened to it yet.
    func note(fresh machine: VMID) { fresh.insert(machine) }

    /// A machine has just been started.
    func note(_ start: Start, of machine: VMID) { starts[machine] = start }

    /// A machine that this command has started, and nothing more.
    func start(of machine: VMID) -> Start? { starts[machine] }

    /// A machine has just been looked at.
    func note(_ report: MachineReport) { glances[report.id] = (report, .now) }

    /// How a machine was a moment ago, where nothing has happened to it since.
    func glance(at machine: VMID) -> MachineReport? {
        guard let (report, time) = glances[machine], ContinuousClock.now - time < Self.moment else { return nil }
        return report
    }

    /// Who acts on what was seen acts on something so old anyway where calls take long.
    private static let moment = Duration.seconds(5)

    /// Something happens to a machine. Whether nothing has, since it was made.
    @discardableResult
    func touch(_ machine: VMID) -> Bool {
        starts[machine] = nil
        glances[machine] = nil
        return fresh.remove(machine) != nil
    }
}
