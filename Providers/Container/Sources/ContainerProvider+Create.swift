import CSyscalls
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
import SystemPackage

extension ContainerProvider {
    /// Makes the machine's directories, mounts its root and writes its names and keys. Repeating it completes what is
    /// half made.
    package func create(_ request: MachineRequest) async throws(ProviderError) -> ProviderRecord {
        try requireRoot()
        try await prepare(request)
        return [:]
    }

    /// What `create` does and `start` relies on.
    func prepare(_ request: MachineRequest) async throws(ProviderError) {
        let place = place(request.identity)
        var note = try await diskNote(of: request, at: place)
        try limitDisk(of: request, at: place)
        let stack = LayerStack(box: note.layers, try SnapshotsNote.read(at: place), at: place)
        let ids = note.ids
        try makeDirectories(place, for: stack, ids: ids)
        FaultPoint.reach("container.create.directories")
        try mountRoot(place, stack, ids: ids)
        FaultPoint.reach("container.create.mounted")
        try ProviderError.checkCancellation("making the machine '\(request.identity.name)'")
        guard note.keysFor != request.access.user else { return }
        try GuestFiles(root: place.root, ids: ids).writeKeys(of: request.access)
        FaultPoint.reach("container.create.keys")
        note.keysFor = request.access.user
        try Notes.write(note, to: place.diskNote)
    }

    /// What the machine was made from, noted before anything is made.
    private func diskNote(
        of request: MachineRequest, at place: MachinePlace
    ) async throws(ProviderError) -> DiskNote {
        if let note = try Notes.read(DiskNote.self, at: place.diskNote) { return note }
        guard request.box.format == .directories, !request.box.layers.isEmpty else {
            throw .unsupported("a container can't start from the box '\(request.box.name)' (\(request.box.format))")
        }
        let note = DiskNote(
            identity: request.identity, layers: request.box.layers.map(\.string), keysFor: nil,
            isPrivileged: options(of: request).isPrivileged)
        try LayerStack(box: note.layers, SnapshotsNote(), at: place).check()
        try make(place.disk)
        try await DiskQuota(directory: place.disk).begin()
        try Notes.write(note, to: place.diskNote)
        FaultPoint.reach("container.create.noted")
        return note
    }

    /// Makes what a run needs beside its layers, which have to be there.
    func makeDirectories(_ place: MachinePlace, for stack: LayerStack, ids: IDRange) throws(ProviderError) {
        try stack.check()
        for path in [place.root, place.layers, place.bundle, place.runtimeRoot, stack.work] { try make(path) }
        try makeTop(of: stack, ids: ids)
        try checkWay(to: place.root, for: ids)
    }

    /// Makes what the machine writes to, or what an end in the middle has left of it.
    private func makeTop(of stack: LayerStack, ids: IDRange) throws(ProviderError) {
        guard try isNew(stack.top) else { return }
        try make(stack.top)
        try ProviderError.translate { () throws(HostError) in
            var status = stat()
            try SystemCall.check("reading", stack.below) { stat(stack.below.string, &status) }
            try SystemCall.check("giving away", stack.top) { lchown(stack.top.string, ids.first, ids.first) }
            try SystemCall.check("opening", stack.top) { chmod(stack.top.string, status.st_mode & 0o7777) }
        }
    }

    /// Whether nothing was ever written there.
    private func isNew(_ top: FilePath) throws(ProviderError) -> Bool {
        try ProviderError.translate { () throws(HostError) in try HostFiles.list(top).isEmpty }
    }

    /// Makes a directory that the machine's root can pass through but not list.
    func make(_ path: FilePath) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(path, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
        }
    }

    /// The machine's root, nobody on the host, has to reach its file system.
    private func checkWay(to path: FilePath, for ids: IDRange) throws(ProviderError) {
        // in a realm it is the user
        guard UserRealm.current == nil, ids.first != 0 else { return }
        var parent = path.removingLastComponent()
        while parent != parent.removingLastComponent() {
            var status = stat()
            if stat(parent.string, &status) == 0, status.st_mode & S_IXOTH == 0 {
                throw .invalidRequest(
                    "the directory '\(parent)' is closed to machines, whose root is the user \(ids.first) here",
                    help: "chmod o+x \(parent), or set DEVENV_HOME to another directory")
            }
            parent = parent.removingLastComponent()
        }
    }

    /// Mounts the machine's root where it is not mounted. Never twice: the caller holds the machine's lock.
    func mountRoot(_ place: MachinePlace, _ stack: LayerStack, ids: IDRange) throws(ProviderError) {
        guard !MountPoint.isMounted(place.root) else { return }
        try ProviderError.translate { () throws(HostError) in
            try OverlayMount(stack: stack, target: place.root, place: place, ids: ids).mount()
        }
    }

    /// Mounts the root of a running machine again that was unmounted here. The machine itself still has it, and the same layers
    /// may never be mounted a second time; so it is the machine's own mount that is copied.
    func reattachRoot(of running: RunningMachine, at place: MachinePlace) throws(ProviderError) {
        guard !MountPoint.isMounted(place.root) else { return }
        try make(place.root)
        _ = try ProviderError.translate { () throws(HostError) in
            let copy = try SystemCall.check("taking the machine's root for", place.root) {
                devenv_root_mount_of_process(running.process.id)
            }
            defer { close(copy) }
            return try SystemCall.check("mounting the machine's root on", place.root) {
                devenv_attach_mount(copy, place.root.string)
            }
        }
        FaultPoint.reach("container.repair.mounted")
    }

    /// Throws unless this process is root, of the host or of a user's realm.
    func requireRoot() throws(ProviderError) {
        guard geteuid() == 0 else {
            let problem = RealmHost.look().findings.first { $0.severity == .problem }
            throw .notPermitted(
                "containers can't be made for you: \(problem?.message ?? "this process is not in your realm")",
                help: problem?.cure ?? "run 'devenv doctor'")
        }
    }
}
