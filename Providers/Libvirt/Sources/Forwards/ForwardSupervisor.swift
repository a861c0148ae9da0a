import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// The forwards into machines that have addresses which this host reaches, or another one that SSH leads to: for each one a
/// process that relays it and one that watches over the first. They outlive the command that starts them, hold none of its
/// files and no terminal, and are found again by their command lines alone: nothing about them is written down.
///
/// The caller holds the machine's lock.
package struct ForwardSupervisor: Sendable {
    private let relay: RelayProgram

    /// Makes a supervisor whose forwards are carried out by a program.
    package init(relay: RelayProgram) { self.relay = relay }

    /// Makes the forwards of a machine exactly those that are wanted, all leading to its address, through another host where
    /// that has it. Those that are there already are left undisturbed, with their connections. When it returns, every port
    /// listens.
    ///
    /// - Throws: `.portInUse` before anything is changed; where another program is as quick as we are, after what is no
    ///   longer wanted was ended. Nothing that it started stays.
    package func bring(
        _ wanted: [PortForward], to address: IPv4Address, through host: RemoteHost? = nil, of machine: MachineIdentity
    ) async throws(ProviderError) {
        let present = RelayProcess.all().filter { $0.command.machine == machine.machine }
        let routes = wanted.map { ForwardRoute($0, to: address, through: host) }
        let kept = Set(present.filter(\.isSupervisor).map(\.command.route)).intersection(routes)
        let stale = present.filter { !kept.contains($0.command.route) }
        let missing = Set(routes).subtracting(kept)
        guard !stale.isEmpty || !missing.isEmpty else { return }
        let program = try relay.locate()

        // a port that changes hands within the machine is free only once its old relay has ended
        let inherited = missing.filter { route in stale.contains { $0.command.route.beginsLike(route) } }
        var claims = ForwardClaims()
        try claims.add(missing.subtracting(inherited))
        FaultPoint.reach("libvirt.forwards.claimed")
        try await Self.end { $0.command.machine == machine.machine && !kept.contains($0.command.route) }
        FaultPoint.reach("libvirt.forwards.cleared")
        try claims.add(inherited)
        try await start(claims.sockets, of: machine, program)
        _ = consume claims  // the supervisors have copies of their own
    }

    /// Ends all forwards of a machine; none there is fine.
    package func take(downOf machine: MachineIdentity) async throws(ProviderError) {
        try await Self.end { $0.command.machine == machine.machine }
    }

    /// The routes of machines that are there, from one look at the processes of this host; machines without any are left
    /// out.
    package static func routes(of machines: Set<MachineID>) -> [MachineID: Set<ForwardRoute>] {
        var routes: [MachineID: Set<ForwardRoute>] = [:]
        for process in RelayProcess.all() where process.isSupervisor && machines.contains(process.command.machine) {
            routes[process.command.machine, default: []].insert(process.command.route)
        }
        return routes
    }

    private func start(
        _ sockets: [ForwardRoute: FileDescriptor], of machine: MachineIdentity, _ program: FilePath
    ) async throws(ProviderError) {
        let commands = sockets.map { (command: RelayCommand(machine, $0.key), socket: $0.value) }
        do throws(ProviderError) {
            for (command, socket) in commands {
                do { try await Supervision.start(program, command, on: socket) } catch { throw ProviderError(error) }
                FaultPoint.reach("libvirt.forwards.started")
                try ProviderError.checkCancellation("forwarding ports of '\(machine.name)'")
            }
            try await Self.wait(until: Set(commands.map(\.command)), runBy: program)
        } catch {
            let started = Set(commands.map(\.command))
            try await Self.end { started.contains($0.command) }
            throw error
        }
    }

    private static func wait(until commands: Set<RelayCommand>, runBy program: FilePath) async throws(ProviderError) {
        let isDone = await poll {
            let processes = RelayProcess.all()
            return commands.isSubset(of: processes.filter(\.isSupervisor).map(\.command))
                && commands.isSubset(of: processes.filter(\.isRelay).map(\.command))
        }
        guard !isDone else { return }
        try ProviderError.checkCancellation("forwarding ports")
        throw .failed("forwarding ports: '\(program)' was started and is not there")
    }

    /// Ends processes, and looks for them again until none is left: one that was only about to become a supervisor may have
    /// started another between the look at it and its end.
    private static func end(_ isMeant: @escaping @Sendable (RelayProcess) -> Bool) async throws(ProviderError) {
        // whoever interrupts us still wants them gone
        let left = await Task {
            var ended: Set<RelayProcess> = []
            let isDone = await poll {
                let found = RelayProcess.all().filter(isMeant)
                for process in found { process.end() }
                ended.formUnion(found)
                return found.isEmpty && !RelayProcess.areAlive(ended)
            }
            return isDone ? [] : ended
        }.value
        guard !left.isEmpty else { return }
        let ids = left.map { "\($0.id)" }.sorted().joined(separator: ", ")
        throw .failed("ending forwards: not all of the processes \(ids) end")
    }

    /// Asks again and again until it is so; false when that takes too long, or when the task is cancelled.
    ///
    /// The time is for hosts that have far more to do than they can: a program that is only being started takes seconds there.
    private static func poll(_ condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        var pause = Duration.milliseconds(1)
        while !condition() {
            guard ContinuousClock.now < end else { return false }
            do { try await Task.sleep(for: pause) } catch { return false }
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }
}
