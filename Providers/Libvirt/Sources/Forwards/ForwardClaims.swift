import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// Ports of this host that were taken for forwards which are about to be started; given back unless they are used.
struct ForwardClaims: ~Copyable {
    /// The sockets that have the ports.
    private(set) var sockets: [ForwardRoute: FileDescriptor] = [:]

    deinit {
        for socket in sockets.values { try? socket.close() }  // whoever relays has a copy of its own
    }

    /// Takes the ports of routes.
    mutating func add(_ routes: some Sequence<ForwardRoute>) throws(ProviderError) {
        for route in routes {
            do { sockets[route] = try HostPort.claim(route.forward) } catch {
                throw Self.error(HostPort.Verdict(error), route.forward)
            }
        }
    }

    /// What a verdict on a port means to the user.
    static func error(_ verdict: HostPort.Verdict, _ forward: PortForward) -> ProviderError {
        switch verdict {
        case .taken: .portInUse(forward, by: holder(of: forward))
        case .foreignAddress: .foreignAddress(of: forward)
        case .refused(.permissionDenied):
            .notPermitted(
                "can't forward \(forward): ports below 1024 are the administrator's",
                help: "choose a port from 1024 on, or run devenv as root")
        case .refused(let error): .failed("can't forward \(forward): \(error.description.lowercased())")
        case .free: .failed("can't forward \(forward)")
        }
    }

    /// Who has the port: another machine by its name, or any program.
    private static func holder(of forward: PortForward) -> String? {
        let machine = RelayProcess.all().first { $0.command.route.forward.collides(with: forward) }
        return machine.map { "the machine '\($0.command.title)'" } ?? HostPort.holder(of: forward)
    }
}

extension PortForward {
    /// Whether both can't be bound at once.
    fileprivate func collides(with other: PortForward) -> Bool {
        let everywhere = IPv4Address(value: 0)
        return transport == other.transport && host == other.host
            && (address == other.address || address == everywhere || other.address == everywhere)
    }
}
