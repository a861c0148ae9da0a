import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// A machine that runs.
struct RunningMachine: Sendable {
    /// Its first process.
    let process: MachineProcess
    /// What was noted of it; nil where the note is missing or damaged.
    let note: RunNote?
}

extension ContainerProvider {
    /// Applies limits, forwards and names to a running machine.
    package func update(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try requireRoot()
        let place = place(request.identity)
        guard let running = try runningMachine(at: place) else {
            throw .invalidRequest("the machine '\(request.identity.name)' does not run", help: "run 'devenv up'")
        }
        try await repair(running, request)
        try limitDisk(of: request, at: place)
        try ControlGroups(of: place).makeRoom(in: request.identity.name, limitedTo: request.spec.memory)
        guard UserRealm.current == nil else {
            let limits = Resources(request.spec, options(of: request))
            try ControlGroups(of: place).limit(GroupLimits(limits))
            try KeptConfig.change(limits, in: place.config)
            return [:]
        }
        guard let runtime = Runtime.keeping(place.runtimeState) else {
            throw .invalidRequest(
                "changing the limits of the machine '\(request.identity.name)': what the runtime noted of it is gone",
                help: "run 'devenv reload \(request.identity.name)'")
        }
        var options = options(of: request)
        options.runtime = runtime  // one that was brought back to a snapshot may have another than is wanted
        let resources = Resources(request.spec, options)
        let json: Data
        do { json = try JSONEncoder().encode(resources) } catch { throw .failed("writing the limits: \(error)") }
        let runc = Runc(tools: tools, place: place)
        try await runc.run(
            Runc.update(place, Array(json), by: runtime),
            "changing the limits of the machine '\(request.identity.name)'")
        try KeptConfig.change(resources, in: place.config)
        return [:]
    }

    /// Gives a running machine other names of the machines around it.
    package func rename(
        _ machine: RecordedMachine, hosts: [HostEntry], hostname: String
    ) async throws(ProviderError) -> Bool {
        try requireRoot()
        let place = place(machine.identity)
        guard try runningMachine(at: place) != nil, MountPoint.isMounted(place.root) else { return false }
        let note = try Notes.read(DiskNote.self, at: place.diskNote)
        try ProviderError.translate { () throws(HostError) in
            try GuestFiles(root: place.root, ids: note?.ids ?? .own).write(hosts, hostname: hostname)
        }
        return true
    }

    /// Makes everything around a running machine whole.
    func repair(_ running: RunningMachine, _ request: MachineRequest) async throws(ProviderError) {
        let place = place(request.identity)
        try reattachRoot(of: running, at: place)
        try await network.provide(demand(request.spec.interfaces, request.forwards, at: place))
        FaultPoint.reach("container.repair.network")
        let cables = try await repairCables(of: running, request.spec.interfaces, at: place)
        try writeNames(of: request, at: place, resolver: await resolver(for: request))
        let note = RunNote(
            identity: request.identity, boot: HostBoot.id, cables: cables, forwards: request.forwards,
            process: running.process, log: running.note?.log, port: request.access.port)
        if note != running.note { try Notes.write(note, to: place.runNote) }
        try remember(request.forwards, of: place)
    }

    /// Plugs in again what was pulled out. A cable whose end on the host is gone has lost the other end with it.
    func repairCables(
        of running: RunningMachine, _ interfaces: [NetworkInterface], at place: MachinePlace
    ) async throws(ProviderError) -> [Cable] {
        let wanted = Cable.make(for: interfaces, of: place)
        let known = try ProviderError.translate { () throws(HostError) in
            if let note = running.note { return note.cables }
            return try Cable.find(wanted)
        }
        let plugged = known.filter(\.isPlugged)
        let torn = wanted.filter { cable in !plugged.contains { $0.inside == cable.inside } }
        try await attach(torn, to: running.process)
        try await network.join(plugged)
        return plugged + torn
    }

    /// The machine as it runs; nil where it does not. A container that was made and never let go does not run.
    func runningMachine(at place: MachinePlace) throws(ProviderError) -> RunningMachine? {
        // a damaged note is as good as none: the control group knows the first process too
        let note = (try? Notes.read(RunNote.self, at: place.runNote)) ?? nil
        if let note, note.boot == HostBoot.id, let process = note.process, process.isAlive {
            return RunningMachine(process: process, note: note)
        }
        guard let process = ControlGroups(of: place).firstProcess else { return nil }
        guard !HostFiles.exists(place.runtimeState.appending("exec.fifo")) else { return nil }
        return RunningMachine(process: process, note: note)
    }
}

extension Cable {
    /// The same cables under the names of the host's links that carry their marks.
    static func find(_ cables: [Cable]) throws(HostError) -> [Cable] {
        let links = Links.directory
        var found: [Cable] = []
        for link in try HostFiles.list(links) {
            let alias = try HostFiles.read(links.appending(link).appending("ifalias"), limit: 4096) ?? []
            for cable in cables where Array((cable.alias + "\n").utf8) == alias {
                found.append(
                    Cable(
                        name: link, inside: cable.inside, bridge: cable.bridge, alias: cable.alias,
                        interface: cable.interface, isWayOut: cable.isWayOut))
            }
        }
        return found
    }

    /// The host's ends of a machine's cables, whatever became of the note of them. One that was made a moment before a kill
    /// carries no mark yet.
    static func names(of place: MachinePlace) -> [String] {
        let links = Links.directory
        let names = (try? HostFiles.list(links)) ?? []  // none without sysfs
        return names.filter { name in
            guard name.hasPrefix(prefix(of: place)) else { return false }
            // one that vanishes meanwhile needs no removal
            let alias = (try? HostFiles.read(links.appending(name).appending("ifalias"), limit: 4096)) ?? nil
            return alias.map { $0.isEmpty || $0.starts(with: Array((place.mark + ":").utf8)) } ?? false
        }
    }

    /// Whether its end on the host is there.
    var isPlugged: Bool { HostFiles.exists(Links.directory.appending(name)) }
    /// Whether its end on the host is on its bridge.
    var isJoined: Bool {
        HostFiles.exists(Links.directory.appending(bridge).appending("brif").appending(name))
    }
}
