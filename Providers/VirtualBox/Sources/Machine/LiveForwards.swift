import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// Changes the forwards of a machine that runs.
struct LiveForwards: Sendable {
    let manage: VBoxManage
    let machine: VMID
    let attempt: String

    /// Brings them to the wanted ones. `lost`: ports that the machine could not get back when it went on; what was to lead from
    /// them leads from nowhere.
    func bring(_ plan: ForwardPlan, from present: [NATRule], lost: Set<UInt16> = []) async throws(ProviderError) {
        if let forward = plan.others.first(where: { lost.contains($0.host) }) { throw MachineStart.taken(forward) }
        let superfluous = plan.superfluous(among: present)
        let missing = plan.missing(among: present)
        // VirtualBox says nothing of ports that it does not get
        let leaving = Set(present.filter { superfluous.contains($0.name) }.map(\.forward.host))
        try MachineStart.probe(missing.map(\.forward).filter { !leaving.contains($0.host) })
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            for name in superfluous { try await manage.run(.removeForward(named: name, from: machine)) }
            FaultPoint.reach("virtualbox.forwards.removed")
            for rule in missing { try await manage.run(.addForward(rule, to: machine)) }
        }
        FaultPoint.reach("virtualbox.forwards.added")
    }
}
