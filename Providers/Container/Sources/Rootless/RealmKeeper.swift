import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Makes a user's realm: the namespaces in which the user is root and all of the user's machines live.
///
/// They are held by a process that only sleeps, and led outside by slirp4netns; nothing else stays behind, however many
/// machines there are. The caller has claimed the realm, so that nobody ends it meanwhile.
struct RealmKeeper: Sendable {
    let place: RealmPlace
    let directories: HostDirectories
    let tools: any ToolRunner

    private static let patience = Duration.seconds(10)

    /// Makes the realm, or what of it is missing, and returns its holder. Repeating it changes nothing.
    func provide() async throws(ProviderError) -> MachineProcess {
        if let note = RealmNote.living(at: place), slirp.process != nil { return note.holder }
        let lock = try await KernelLock.take(.file(place.directory.appending("make.lock")))
        if let note = RealmNote.living(at: place) {
            if slirp.process == nil { try await connect(note) }
            _ = consume lock
            return note.holder
        }
        try endRemains()
        let note = try await makeRealm()
        _ = consume lock
        return note.holder
    }

    private var slirp: SlirpSocket { SlirpSocket(path: place.socket) }

    /// Ends what a realm without a holder has left: machines that nobody could reach any more, and stop being so with the next
    /// 'devenv up'; a holder that was never noted.
    private func endRemains() throws(ProviderError) {
        if let process = slirp.process { kill(process, SIGKILL) }
        for run in MachinePlace.runs(below: directories) {
            for id in RealmProcesses.all(of: run) { kill(id, SIGKILL) }
        }
        if let process = startedHolder { kill(process, SIGKILL) }
        try ProviderError.translate { () throws(HostError) in
            for path in [place.note, place.processFile, place.socket] { try HostFiles.remove(path) }
        }
    }

    private func makeRealm() async throws(ProviderError) -> RealmNote {
        let holder = try await startHolder()
        FaultPoint.reach("container.realm.started")
        try await mapIDs(holder)
        let group = RealmGroup.delegated(to: holder.id)
        if let group { group.enable(in: group.directory) }
        let note = RealmNote(
            holder: holder, boot: HostBoot.id, subnet: RealmNetwork.chooseSubnet(besides: HostRoute.all()),
            group: group?.path)
        async let prepared = outcome { () async throws(ProviderError) in
            try await succeed(Self.preparation(holder.id, place), "preparing the realm")
        }
        try await connect(note)
        try await prepared.get()
        try Notes.write(note, to: place.note)
        FaultPoint.reach("container.realm.noted")
        return note
    }

    private func startHolder() async throws(ProviderError) -> MachineProcess {
        let manager = await manager
        let words = Self.holderWords(place, manager: manager, root: ControlGroups.unifiedRoot)
        do throws(ToolError) {
            let null = try Self.nothing()
            defer { try? null.close() }  // it was only handed on
            try await DetachedProcess.start(
                words.program, words.arguments, environment: manager?.environment ?? [:], input: null)
        } catch { throw ProviderError(error) }
        var found: Int32?
        try await wait("making a user namespace", help: "run 'devenv doctor'") {
            found = startedHolder
            return found != nil
        }
        guard let found, let holder = MachineProcess(living: found) else {
            throw .failed("making a user namespace: its holder ended at once", help: "run 'devenv doctor'")
        }
        return holder
    }

    /// The user's systemd, where it answers and delegates groups of version 2: it then has the holder in one.
    private var manager: UserManager? {
        get async {
            guard ControlGroups.unifiedRoot != nil, let manager = UserManager.find() else { return nil }
            let outcome = try? await tools.run(manager.trial)  // one that can't be asked does not answer
            return outcome?.status == 0 ? manager : nil
        }
    }

    /// Root of the realm is the user, the other ids are what subuid(5) and subgid(5) grant.
    private func mapIDs(_ holder: MachineProcess) async throws(ProviderError) {
        let host = RealmHost.look()
        async let users = outcome { () async throws(ProviderError) in
            try await map("newuidmap", holder.id, host.id, host.range(in: host.userIDs))
        }
        try await map("newgidmap", holder.id, getgid(), host.range(in: host.groupIDs))
        try await users.get()
    }

    /// The holder that was started, once it is what it is to be.
    private var startedHolder: Int32? {
        guard let bytes = (try? HostFiles.read(place.processFile, limit: 64)) ?? nil,  // none was started
            let id = Int32(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)),
            let name = (try? HostFiles.read(FilePath("/proc/\(id)/comm"), limit: 64)) ?? nil,  // it has ended
            name == Array("catatonit\n".utf8)
        else { return nil }
        return id
    }

    /// newuidmap(1) and newgidmap(1) look at what is granted.
    private func map(_ tool: String, _ holder: Int32, _ own: UInt32, _ range: IDRange?) async throws(ProviderError) {
        guard let range else { throw .notPermitted("no subordinate ids are granted", help: "run 'devenv doctor'") }
        let numbers = [0, own, 1, 1, range.first, range.count].map { "\($0)" }
        try await succeed(ToolInvocation(tool, ["\(holder)"] + numbers), "giving the realm its ids")
    }

    private func connect(_ note: RealmNote) async throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in try HostFiles.remove(place.socket) }
        guard let program = ToolPath.find("slirp4netns") else {
            throw .toolMissing("slirp4netns", help: Cure.install("slirp4netns"))
        }
        do throws(ToolError) {
            let null = try Self.nothing()
            defer { try? null.close() }  // it was only handed on
            try await DetachedProcess.start(program, Self.slirpWords(note, place), input: null)
        } catch { throw ProviderError(error) }
        try await wait("leading the realm outside by slirp4netns", help: "run 'devenv doctor'") {
            slirp.process != nil
        }
        FaultPoint.reach("container.realm.connected")
    }

    private func succeed(_ call: ToolInvocation, _ attempt: String) async throws(ProviderError) {
        let outcome: ToolOutcome
        do { outcome = try await tools.run(call) } catch { throw ProviderError(error) }
        guard outcome.status != 0 else { return }
        throw .failure(of: call, outcome, attempt)
    }

    private func wait(_ attempt: String, help: String, until isDone: () -> Bool) async throws(ProviderError) {
        let deadline = ContinuousClock.now + Self.patience
        while !isDone() {
            try ProviderError.checkCancellation(attempt)
            guard ContinuousClock.now < deadline else { throw .timedOut("\(attempt) takes too long", help: help) }
            try? await Task.sleep(for: .milliseconds(1))  // a cancelled sleep is noticed by the next check
        }
    }

    private static func nothing() throws(ToolError) -> FileDescriptor {
        do { return try FileDescriptor.open("/dev/null", .readOnly, options: .closeOnExec) } catch {
            throw ToolError(.failed, tool: "sh", "opening '/dev/null': \(error)")
        }
    }
}
