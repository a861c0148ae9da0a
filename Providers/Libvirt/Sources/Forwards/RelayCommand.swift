import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// The command line of the process that carries out one forward. It says whose forward it is, so that it is found again
/// among the processes of this host by a machine's identity alone.
package struct RelayCommand: Hashable, Sendable {
    /// The project.
    package let project: ProjectID
    /// The machine.
    package let machine: MachineID
    /// Both by name, for people: `shop/web`.
    package let title: String
    /// The forward.
    package let route: ForwardRoute

    /// The word that such a command line begins with, after the program.
    static let word = "forward-relay"

    /// The command line for a machine's forward.
    package init(_ machine: MachineIdentity, _ route: ForwardRoute) {
        project = machine.project
        self.machine = machine.machine
        title = "\(machine.projectName)/\(machine.name)"
        self.route = route
    }

    /// Reads arguments that begin with the word; nil for others.
    package init?(arguments: some Collection<String>) {
        let words = Array(arguments)
        guard words.count >= 7, words[0] == Self.word, let project = ProjectID(rawValue: words[1]),
            let machine = MachineID(rawValue: words[2]),
            let transport = PortForward.Transport(rawValue: words[4]),
            let listen = SocketAddress(words[5]), let target = SocketAddress(words[6]),
            words.count == 7 || transport == .tcp
        else { return nil }
        self.project = project
        self.machine = machine
        title = words[3]
        route = ForwardRoute(transport, from: listen, to: target, through: Array(words[7...]))
    }

    /// What follows the program.
    package var arguments: [String] {
        [
            Self.word, project.rawValue, machine.rawValue, title, route.transport.rawValue, route.listen.description,
            route.target.description,
        ] + route.program
    }
}
