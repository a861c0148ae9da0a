import DevenvDiagnostics
import DevenvModel
import DevenvState

/// Gives automatic forwards their ports.
enum ForwardPorts {
    /// The forwards of a machine: one with a fixed port as written; an automatic one with the port that it had, or the first
    /// from the port written upwards that is not refused. Whether a port is free only the start itself can tell: another
    /// machine's forward can't be seen by binding its port.
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
        (forward.host...UInt16.max).first { !taken.contains($0) } ?? forward.host
    }
}
