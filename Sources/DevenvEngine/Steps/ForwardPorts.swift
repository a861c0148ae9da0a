import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvState

/// Gives automatic forwards their ports.
enum ForwardPorts {
    /// The forwards of a machine: one with a fixed port as written; an automatic one with the port that it had, or the first
    /// free one from the port written upwards. `refused` are ports that turned out to be taken in a way that can't be seen
    /// by binding them.
    static func choose(
        for machine: MachineSpec, recorded: MachineRecord, except refused: Set<UInt16> = []
    ) -> [PortForward] {
        var taken = refused.union(machine.forwards.map(\.value).filter { !$0.isAutomatic }.map(\.host))
        return machine.forwards.map(\.value).map { forward in
            guard forward.isAutomatic else { return forward }
            var chosen = forward
            let kept = kept(forward, recorded).flatMap { taken.contains($0) ? nil : $0 }
            chosen.host = kept ?? free(from: forward, except: taken)
            taken.insert(chosen.host)
            return chosen
        }
    }

    private static func kept(_ forward: PortForward, _ recorded: MachineRecord) -> UInt16? {
        guard recorded.phase == .created else { return nil }
        return recorded.forwards.first {
            $0.isAutomatic && $0.guest == forward.guest && $0.transport == forward.transport
                && $0.address == forward.address
        }?.host
    }

    private static func free(from forward: PortForward, except taken: Set<UInt16>) -> UInt16 {
        let candidates = forward.host...max(forward.host, UInt16.max)
        return candidates.first {
            !taken.contains($0) && TCPProbe.canBind(forward.address, port: $0, forward.transport)
        }
            ?? forward.host
    }
}
