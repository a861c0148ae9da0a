import DevenvModel
import Glibc

/// The process behind one forward: it has the socket that the port was taken with as its standard input, and carries what
/// comes there to the machine and back. What runs as a command of its own needs no other program on this host, starts in a
/// moment and takes any number of clients in one process.
package enum ForwardRelay {
    /// Carries out a forward for as long as the process lives, where the arguments (without the program) ask for that;
    /// returns at once where they ask for something else. To be called before anything else in the process.
    ///
    /// - Returns: nil where something else is asked for, otherwise the status to exit with.
    package static func serve(_ arguments: [String]) -> Int32? {
        guard let command = RelayCommand(arguments: arguments) else { return nil }
        raiseFileLimit()
        switch command.route.transport {
        case .tcp:
            // nobody waits for the programs that it starts
            if !command.route.program.isEmpty { signal(SIGCHLD, SIG_IGN) }
            var relay = StreamRelay(listener: STDIN_FILENO, route: command.route)
            relay.run()
        case .udp:
            var relay = DatagramRelay(listener: STDIN_FILENO, target: command.route.target)
            relay.run()
        }
        return 1
    }

    /// As many descriptors as the system lets us have without asking anybody; each client takes two of TCP, one of UDP.
    private static func raiseFileLimit() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 4096)
        unsafe setrlimit(kind, &limit)
    }
}
