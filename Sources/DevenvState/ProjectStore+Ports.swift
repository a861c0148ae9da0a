import DevenvHost
package import DevenvModel
import SystemPackage

/// A port that a machine of this host was given, with its project.
package struct OwnedPort: Hashable, Sendable {
    /// The project.
    package let project: KnownProject
    /// The port, and the machine.
    package let port: ReservedPort

    /// Joins them.
    package init(project: KnownProject, port: ReservedPort) {
        self.project = project
        self.port = port
    }
}

// The ports of this host that lead into machines, of all projects.
extension ProjectStore {
    /// Keeps the ports that a machine is about to be started with.
    ///
    /// `choose` gets the ports of all other machines as they are under the host-wide lock and returns the machine's own
    /// forwards, or nil to keep nothing.
    package func reservePorts(
        of machine: MachineName, _ choose: ([OwnedPort]) -> [PortForward]?
    ) throws(StateError) -> [PortForward]? {
        try withHostLock { () throws(StateError) in
            let own = try project()?.id
            let projects = try Self.knownProjects(host)
            let others = projects.flatMap { project in
                project.ports.filter { project.id != own || $0.machine != machine }
                    .map { OwnedPort(project: project, port: $0) }
            }
            guard let forwards = choose(others) else { return nil }
            let ports = forwards.map { ReservedPort(machine: machine, forward: $0, isRunning: true) }
            if let entry = projects.first(where: { $0.id == own }) { try keep(ports, of: machine, in: entry) }
            return forwards
        }
    }

    /// Notes whether a machine runs: the ports of one that has stopped stay its own, but others may have them meanwhile.
    package func notePorts(of machine: MachineName, isRunning: Bool) throws(StateError) {
        try changePorts(of: machine) { ports in
            ports.map { port in
                var port = port
                port.isRunning = isRunning
                return port
            }
        }
    }

    /// Gives up the ports of a machine that is gone.
    package func releasePorts(of machine: MachineName) throws(StateError) {
        try changePorts(of: machine) { _ in [] }
    }

    /// The state of the project that a port belongs to.
    package func neighbor(_ port: OwnedPort) -> ProjectStore {
        ProjectStore(directory: FilePath(port.project.directory), host: host, command: command)
    }

    /// Machines without ports cost no lock: whoever writes a machine's ports holds the machine's own lock.
    private func changePorts(
        of machine: MachineName, _ change: ([ReservedPort]) -> [ReservedPort]
    ) throws(StateError) {
        guard let id = try project()?.id,
            try Self.entry(indexFile(of: id))?.ports.contains(where: { $0.machine == machine })
                == true
        else { return }
        try withHostLock { () throws(StateError) in
            guard let entry = try Self.entry(indexFile(of: id)) else { return }
            try keep(change(entry.ports.filter { $0.machine == machine }), of: machine, in: entry)
        }
    }

    private func keep(
        _ ports: [ReservedPort], of machine: MachineName, in entry: KnownProject
    ) throws(StateError) {
        var changed = entry
        changed.ports = entry.ports.filter { $0.machine != machine } + ports
        guard changed != entry else { return }
        try StateFile.write(changed, to: indexFile(of: entry.id), durable: false)
        FaultPoint.reach("state.ports.kept")
    }
}
