import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

extension ContainerProvider {
    /// What is there of these machines: read from their notes and from proc(5); the rules are listed once for all.
    package func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        var seen: [MachineID: (place: MachinePlace, running: RunningMachine)] = [:]
        var result: [MachineID: MachineObservation] = [:]
        for machine in machines {
            let place = place(machine.identity)
            switch try runningMachine(at: place) {
            case nil: result[machine.identity.machine] = observeStopped(place)
            case let running?:
                if let reason = damage(of: place) {
                    result[machine.identity.machine] = MachineObservation(.broken(reason))
                } else {
                    seen[machine.identity.machine] = (place, running)
                }
            }
        }
        guard !seen.isEmpty else { return result }
        let needRules = seen.values.contains { $0.running.note?.needsRules ?? false }
        let rules = needRules ? try await network.list() : RuleListing()
        let ports = needRules ? RealmNetwork.own.map(\.ports) : nil
        for (id, machine) in seen {
            let note = machine.running.note
            let drift = Drift(place: machine.place, note: note).texts(rules: rules, ports: ports)
            result[id] = MachineObservation(
                state(of: machine.place), address: note?.address, access: note.flatMap(Self.route), drift: drift)
        }
        return result
    }

    /// The way into the realm that the machine is in; nil where its address is the host's neighbour.
    private static func route(to note: RunNote) -> SSHRoute? {
        guard let realm = UserRealm.current, let address = note.address else { return nil }
        return MachineRelay.program(to: address, port: note.port ?? 22, in: realm).map(SSHRoute.program)
    }

    /// A machine that a snapshot keeps from going on runs: that is over in a moment, or is put right like other drift.
    private func state(of place: MachinePlace) -> MachineObservation.State {
        ControlGroups(of: place).isFrozen && !HostFiles.exists(place.pause) ? .suspended : .running
    }

    /// What of a running machine's files is missing; nil where they are there.
    private func damage(of place: MachinePlace) -> String? {
        do {
            if HostFiles.exists(place.disk.appending(try SnapshotsNote.read(at: place).top)) { return nil }
            return "its files in '\(place.disk)' are gone: removed, or made with another DEVENV_HOME"
        } catch { return error.description }
    }

    private func observeStopped(_ place: MachinePlace) -> MachineObservation {
        guard isPresent(place) else { return MachineObservation(.absent) }
        do {
            let layers = try Notes.read(DiskNote.self, at: place.diskNote)?.layers ?? []
            try LayerStack(box: layers, SnapshotsNote.read(at: place), at: place).check()
            return MachineObservation(.stopped)
        } catch {
            return MachineObservation(.broken(error.description))
        }
    }
}

/// What of a running machine's surroundings is missing.
struct Drift {
    /// Where it is.
    let place: MachinePlace
    /// How it was started.
    let note: RunNote?

    /// One text for each. `ports`: those of the host that lead into the realm, where there is one.
    func texts(rules: RuleListing, ports: [SlirpSocket.Entry]? = nil) -> [String] {
        guard let note else { return ["what was noted of its start is gone"] }
        let present = Set(rules.forwards(of: place.mark).map(\.slot))
        let forwards = note.forwards.filter { forward in
            !present.contains(ForwardSlot(forward)) || !(ports?.contains { $0.leads(forward) } ?? true)
        }.map { "the forward \($0) is missing" }
        let cables = note.cables.filter { !$0.isJoined }.map {
            "\($0.inside) is not connected to '\($0.interface.network)'"
        }
        let walls = note.cables.filter { $0.interface.isInternal && !rules.walled.contains($0.bridge) }.map {
            "the network '\($0.interface.network)' is internal, but leads out"
        }
        let isTorn = note.needsRules && rules.rules != RuleTable.ruleCount
        let table = isTorn ? ["the host's rules for its networks are not whole"] : []
        let mount = MountPoint.isMounted(place.root) ? [] : ["its root file system is not mounted on '\(place.root)'"]
        let pause =
            HostFiles.exists(place.pause)
            ? ["it stands still for a snapshot that is being saved, or whose saving was cut off"] : []
        return pause + mount + cables + table + walls + forwards
    }
}

extension RunNote {
    /// Whether rules of this host belong to the machine alone, so that they may be missing.
    fileprivate var needsRules: Bool { !forwards.isEmpty || cables.contains { $0.interface.isInternal } }
}
