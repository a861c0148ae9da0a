import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

extension StepRunner {
    /// Gives a machine that is about to start its forwards, and keeps their ports from the machines of this host. Throws where
    /// a fixed one leads into a machine of another project that runs.
    func reservePorts(
        for machine: Wanted, _ record: MachineRecord, except refused: Set<UInt16> = []
    ) async throws -> [PortForward] {
        var choice = ForwardPorts(machine: machine.spec, recorded: record, refused: refused)
        guard !machine.spec.forwards.isEmpty else {
            try store.releasePorts(of: machine.name)
            return []
        }
        var stale: Set<OwnedPort> = []
        while true {
            let forwards = try store.reservePorts(of: machine.name) { others in
                choice.others = others.filter { !stale.contains($0) }
                return choice.conflict() == nil ? choice.choose() : nil
            }
            if let forwards { return forwards }
            guard let (forward, other) = choice.conflict() else { continue }
            if await isUp(other) { throw Self.taken(forward, by: other) }
            stale.insert(other)
        }
    }

    /// Whether the machine of a port does run: whoever stopped it behind devenv's back has told nobody.
    private func isUp(_ port: OwnedPort) async -> Bool {
        let record: MachineRecord?
        do throws(StateError) { record = try store.neighbor(port).machine(port.port.machine) } catch {
            return true  // a record that can't be read says nothing; the port is left to the machine
        }
        guard let record, record.identity.project == port.project.id else { return false }
        let seen = await Observation.observe([record], components.providers)[port.port.machine]
        return switch seen?.state {
        case .running, .suspended, .unknown: true
        case .absent, .stopped, .broken, nil: false
        }
    }

    private static func taken(_ forward: PortForward, by other: OwnedPort) -> EngineError {
        let place = "\(forward.address):\(forward.host)/\(forward.transport.rawValue)"
        return EngineError(
            .failed,
            "can't forward \(place): it leads into machine '\(other.port.machine)' of the project "
                + "'\(other.project.name)' in '\(other.project.directory)'",
            help: "give the forward another port or 'auto: true', or run "
                + "'devenv halt \(other.project.name)/\(other.port.machine)'")
    }
}
