import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Stops the machine and takes down what only a running one needs.
    package func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError) {
        let place = place(machine.identity)
        guard HostFiles.exists(place.run) || !ControlGroups(of: place).directories.isEmpty else { return }
        try requireRoot()
        let groups = ControlGroups(of: place)
        // a suspended machine can't hear that it is asked
        if grace > .zero, let running = try runningMachine(at: place), !groups.isFrozen {
            hurryFarewells(of: running.process)
            try await Shutdown(groups: groups, first: running.process).ask(patience: grace)
        }
        FaultPoint.reach("container.stop.asked")
        try await takeDown(place, bridges: .stay)
    }

    /// What becomes of the bridges that no machine needs any more.
    enum Bridges {
        /// They stay for the next start: taking one away takes longer than everything else of a stop.
        case stay
        /// They go.
        case go
    }

    /// Ends whatever runs and takes its surroundings away. Repeating it changes nothing.
    func takeDown(_ place: MachinePlace, bridges: Bridges) async throws(ProviderError) {
        // a damaged note is as good as none: the links and rules themselves then tell
        let note = (try? Notes.read(RunNote.self, at: place.runNote)) ?? nil
        if let running = try runningMachine(at: place) { hurryFarewells(of: running.process) }
        // before it looks who else uses the bridges: of machines that end at once, the last must see no other
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.runNote) }
        FaultPoint.reach("container.stop.forgotten")
        let end = Task { await outcome { () async throws(ProviderError) in try await clear(place) } }
        async let links = outcome { () async throws(ProviderError) in
            try await withdraw(place, note, bridges) { _ = await end.value }
        }
        let ended = await outcome { () async throws(ProviderError) in
            try await end.value.get()
            FaultPoint.reach("container.stop.ended")
            try await unmount(place)
        }
        StepPlace.current?.leave()
        try await links.get()
        try ended.get()
        FaultPoint.reach("container.stop.unmounted")
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.remove(place.run)
            removeEmpty(place.run.removingLastComponent())
        }
    }

    /// Kills what is left of a run and removes its control groups and runc's state of it.
    func clear(_ place: MachinePlace) async throws(ProviderError) {
        let groups = ControlGroups(of: place)
        try await Shutdown.kill(groups)
        FaultPoint.reach("container.clear.killed")
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.runtimeState) }
    }

    /// Undoes what a failed start has done. What can't be undone now stays marked, for the next start or destroy.
    func abandon(_ place: MachinePlace) async {
        try? await takeDown(place, bridges: .go)  // the error that led here is the one to report
    }

    private func unmount(_ place: MachinePlace) async throws(ProviderError) {
        do {
            try BindMount.detach(at: place)
            // layers lie there only where a start was killed in the middle
            let layers = try HostFiles.list(place.layers).map { place.layers.appending($0) }
            for path in layers + [place.export, place.root] { try await MountPoint.unmount(path) }
        } catch {
            throw ProviderError(error)
        }
    }

    /// The machine then ends all the same, only its last connections take longer to.
    private func hurryFarewells(of process: MachineProcess) {
        try? NetworkNamespace.hurryFarewells(of: process)  // a machine that has just ended has no network to change
    }

    /// Takes the machine's forwards and cables away and, where they go, the bridges that no other machine of the project
    /// uses: links only when its processes are gone.
    private func withdraw(
        _ place: MachinePlace, _ note: RunNote?, _ fate: Bridges, once ended: @escaping @Sendable () async -> Void
    ) async throws(ProviderError) {
        let network = network
        let cables = Cable.names(of: place)
        let prefixes = [place.project, Bridge.sharing(directories)].map { Bridge.prefix + $0.short }
        let mayBeUnused: @Sendable (String) -> Bool = { name in prefixes.contains { name.hasPrefix($0) } }
        let links = (try? HostFiles.list(Links.directory)) ?? []  // none without sysfs
        let standing = links.filter(mayBeUnused)
        let staysUsed = !standing.isEmpty && standing.allSatisfy { isUsed($0, byOtherThan: place) }
        if let note, note.forwards.isEmpty, fate == .stay || staysUsed {
            await ended()
            return try await network.removeLoose(cables)
        }
        let unused: @Sendable (Set<String>) -> [String] = { inRules in
            guard fate == .go else { return [] }
            // one whose removal was killed may have left its link and not the rules
            let bridges = Set(standing).union(inRules.filter(mayBeUnused))
            return bridges.sorted().filter { !isUsed($0, byOtherThan: place) }
        }
        try await network.withdraw(.init(mark: place.mark, cables: cables, unused: unused, ended: ended))
    }

    /// Whether another machine runs, or is being started, on a bridge: of the project, or of any where it is shared.
    private func isUsed(_ bridge: String, byOtherThan place: MachinePlace) -> Bool {
        let own = place.run.removingLastComponent()
        let all = MachinePlace.runs(in: directories)
        let isShared = bridge.hasPrefix(Bridge.prefix + Bridge.sharing(directories).short)
        let projects = isShared ? ((try? HostFiles.list(all)) ?? []).map(all.appending) : [own]  // none then
        return projects.contains { runs in
            let machines = (try? HostFiles.list(runs)) ?? []  // a project that goes meanwhile uses none
            return machines.contains { runs.appending($0) != place.run && isUsed(bridge, in: runs.appending($0)) }
        }
    }

    private func isUsed(_ bridge: String, in run: FilePath) -> Bool {
        guard let note = try? Notes.read(RunNote.self, at: run.appending("run.json")) else {
            return false  // it was never started, or will be mended by its next start
        }
        return note.boot == HostBoot.id && note.cables.contains { $0.bridge == bridge }
    }

    /// Removes a directory that nothing is left in.
    func removeEmpty(_ path: FilePath) { rmdir(path.string) }
}
