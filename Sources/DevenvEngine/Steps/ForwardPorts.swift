import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// Gives forwards their ports, so that no two machines of this host have one. Pure.
struct ForwardPorts {
    /// The machine as it should be.
    let machine: MachineSpec
    /// What is recorded of it.
    let recorded: MachineRecord
    /// The ports of all other machines of this host.
    var others: [OwnedPort] = []
    /// Ports that were found to be taken.
    var refused: Set<UInt16> = []

    /// The forwards of the machine: one with a fixed port as written; an automatic one with the port that it had, or the first
    /// from the port written upwards that nobody has. Whether a port is free of other programs, only the start itself can
    /// tell.
    func choose() -> [PortForward] {
        var taken = refused.union(machine.forwards.map(\.value).filter { !$0.isAutomatic }.map(\.host))
        return machine.forwards.map(\.value).map { forward in
            guard forward.isAutomatic else { return forward }
            var chosen = forward
            chosen.host = kept(forward, except: taken) ?? free(from: forward, except: taken)
            taken.insert(chosen.host)
            return chosen
        }
    }

    /// The port of a machine of another project that runs, where a fixed port of this one is the same. A halted machine has
    /// not lost its port, but does not keep others from it either.
    func conflict() -> (forward: PortForward, port: OwnedPort)? {
        for forward in machine.forwards.map(\.value) where !forward.isAutomatic {
            let port = others.first {
                $0.project.id != recorded.identity.project && $0.port.isRunning && $0.port.collides(with: forward)
            }
            if let port { return (forward, port) }
        }
        return nil
    }

    /// The port that the forward had, unless somebody else has it by now.
    private func kept(_ forward: PortForward, except taken: Set<UInt16>) -> UInt16? {
        guard recorded.phase == .created else { return nil }
        let old = recorded.forwards.first {
            $0.isAutomatic && $0.guest == forward.guest && $0.transport == forward.transport
                && $0.address == forward.address
        }
        guard let old, !taken.contains(old.host) else { return nil }
        return others.contains { $0.port.isRunning && $0.port.collides(with: old) } ? nil : old.host
    }

    private func free(from forward: PortForward, except taken: Set<UInt16>) -> UInt16 {
        let blocked = taken.union(others.map(\.port).filter { $0.blocks(forward) }.map(\.port))
        return (forward.host...UInt16.max).first { !blocked.contains($0) } ?? forward.host
    }
}
