package import DevenvModel
package import DevenvPluginAPI

extension VirtualBoxProvider {
    /// What is there of these machines: for each VirtualBox at most two calls, however many they are.
    package func observe(_ machines: [RecordedMachine]) async throws(ProviderError) -> [MachineID: MachineObservation] {
        let homes = Dictionary(grouping: machines) { VBoxHome($0.record) }
        return await withTaskGroup(of: [MachineID: MachineObservation].self) { group in
            for (home, machines) in homes { group.addTask { await observe(machines, in: manage(home)) } }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
    }

    /// A machine that this command has started is where it was told to be; whoever waits for its end notices that.
    package func locate(
        _ machine: RecordedMachine, timeout: Duration
    ) async throws(ProviderError) -> MachineObservation {
        if let id = machine.identity.vm, let start = await memory.start(of: id) {
            return MachineObservation(.running, address: .loopback, access: .port(start.loginPort))
        }
        return try await observe([machine])[machine.identity.machine] ?? MachineObservation(.absent)
    }

    /// A VirtualBox that does not answer says nothing about its machines.
    private func observe(_ machines: [RecordedMachine], in manage: VBoxManage) async -> [MachineID: MachineObservation]
    {
        var result: [MachineID: MachineObservation] = [:]
        do throws(VBoxError) {
            let seen = try await survey(machines.compactMap(\.identity.vm), manage)
            for machine in machines {
                result[machine.identity.machine] =
                    switch machine.identity.vm.flatMap({ seen[$0] }) {
                    case nil: MachineObservation(.absent)
                    case .success(let found)?: observation(found, of: machine)
                    case .failure(let error)?: Self.unknown(error)
                    }
            }
        } catch {
            // without VirtualBox there is none of its machines to be known of
            for machine in machines { result[machine.identity.machine] = Self.unknown(error) }
        }
        return result
    }

    private static func unknown(_ error: VBoxError) -> MachineObservation {
        MachineObservation(.unknown(error.providerError("looking at the machines of VirtualBox").description))
    }

    /// What is seen of machines, or why nothing is of one of them.
    private typealias Sight = [VMID: Result<MachineSurvey.Machine, VBoxError>]

    /// One call for one machine, two for several. Of one or two all is then known that a start needs.
    private func survey(_ ids: [VMID], _ manage: VBoxManage) async throws(VBoxError) -> Sight {
        guard ids.count > 2 else { return try await look(at: ids, manage) }
        var found: Sight = [:]
        let names = MachineList.read(try await manage.run(.machines))
        let present = ids.filter { names[$0] != nil }
        for id in present where names[id] == MachineList.inaccessible {
            found[id] = .success(MachineSurvey.Machine(state: .inaccessible, forwards: []))
        }
        var alone = present.filter { found[$0] == nil }
        if alone.count > 1 {
            let survey = MachineSurvey(try await manage.run(.machinesInFull))
            for id in alone { found[id] = survey.machines[id].map { .success($0) } }
            alone = alone.filter { survey.machines[$0] == nil }
        }
        return found.merging(try await look(at: alone, manage)) { $1 }
    }

    /// Machines side by side, each with a call of its own. One that gives no answer keeps nothing back about others.
    private func look(at ids: [VMID], _ manage: VBoxManage) async throws(VBoxError) -> Sight {
        let all = await withTaskGroup(of: (VMID, Result<MachineSurvey.Machine?, VBoxError>).self) { group in
            for id in ids {
                group.addTask {
                    do throws(VBoxError) { return (id, .success(try await look(at: id, manage))) } catch {
                        return (id, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var found: Sight = [:]
        for (id, result) in all {
            switch result {
            case .success(nil): break
            case .success(let machine?): found[id] = .success(machine)
            case .failure(let error):
                guard error.code == .timedOut else { throw error }
                found[id] = .failure(error)
            }
        }
        return found
    }

    private func look(at id: VMID, _ manage: VBoxManage) async throws(VBoxError) -> MachineSurvey.Machine? {
        do throws(VBoxError) {
            let report = try MachineReport.read(try await manage.run(.show(id)))
            await memory.note(report)
            return MachineSurvey.Machine(
                state: report.state, forwards: report.forwards, guestTools: report.guestTools)
        } catch {
            if error.isMissing { return nil }
            guard error.isInaccessible else { throw error }
            return MachineSurvey.Machine(state: .inaccessible, forwards: [])
        }
    }

    /// A machine is reached by a port of this host, which is a rule of the machine's own.
    private func observation(_ machine: MachineSurvey.Machine, of recorded: RecordedMachine) -> MachineObservation {
        let state = machine.state.observed
        if machine.state == .paused, let disk = FullDisk(places(of: recorded).folder(of: recorded.identity)) {
            return MachineObservation(state, drift: [disk.reasonForPause])
        }
        guard state == .running else { return MachineObservation(state) }
        guard let port = LoginPort.current(machine.forwards) else {
            return MachineObservation(
                state, drift: ["the forward to its SSH server was removed"], guestTools: machine.guestTools)
        }
        return MachineObservation(
            state, address: .loopback, access: .port(port), guestTools: machine.guestTools)
    }
}
