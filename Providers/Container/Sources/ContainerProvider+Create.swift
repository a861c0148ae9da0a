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
        var note = try diskNote(of: request, at: place)
        try makeDirectories(place, over: note.layers)
        FaultPoint.reach("container.create.directories")
        try mountRoot(place, layers: note.layers)
        FaultPoint.reach("container.create.mounted")
        try ProviderError.checkCancellation("making the machine '\(request.identity.name)'")
        guard note.keysFor != request.access.user else { return }
        try GuestFiles(root: place.root, ids: ids).writeKeys(of: request.access)
        FaultPoint.reach("container.create.keys")
        note.keysFor = request.access.user
        try Notes.write(note, to: place.diskNote)
    }

    /// What the machine was made from, noted before anything is made.
    private func diskNote(of request: MachineRequest, at place: MachinePlace) throws(ProviderError) -> DiskNote {
        if let note = try Notes.read(DiskNote.self, at: place.diskNote) {
            try check(note.layers)
            return note
        }
        guard request.box.format == .directories, !request.box.layers.isEmpty else {
            throw .unsupported("a container can't start from the box '\(request.box.name)' (\(request.box.format))")
        }
        let note = DiskNote(identity: request.identity, layers: request.box.layers.map(\.string), keysFor: nil)
        try check(note.layers)
        try make(place.disk)
        try Notes.write(note, to: place.diskNote)
        FaultPoint.reach("container.create.noted")
        return note
    }

    private func check(_ layers: [String]) throws(ProviderError) {
        for layer in layers where !HostFiles.exists(FilePath(layer)) {
            throw .invalidRequest(
                "the layer '\(layer)' of the box is missing", help: "add the box again: 'devenv box add'")
        }
    }

    func makeDirectories(_ place: MachinePlace, over layers: [String]) throws(ProviderError) {
        for path in [place.upper, place.work, place.root, place.layers, place.bundle, place.runtimeRoot] {
            try make(path)
        }
        try ProviderError.translate { () throws(HostError) in
            // the root of an overlay looks like its upper directory: the box's own root must be what it looks like
            var status = stat()
            let lowest = FilePath(layers.last ?? "/")
            try SystemCall.check("reading", lowest) { stat(lowest.string, &status) }
            try SystemCall.check("giving away", place.upper) { lchown(place.upper.string, ids.first, ids.first) }
            try SystemCall.check("opening", place.upper) { chmod(place.upper.string, status.st_mode & 0o7777) }
        }
        try checkWay(to: place.root)
    }

    /// Makes a directory that the machine's root can pass through but not list.
    private func make(_ path: FilePath) throws(ProviderError) {
        try ProviderError.translate { () throws(HostError) in
            try HostFiles.makeDirectory(path, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
        }
    }

    /// The machine's root, nobody on the host, has to reach its file system.
    private func checkWay(to path: FilePath) throws(ProviderError) {
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
    func mountRoot(_ place: MachinePlace, layers: [String]) throws(ProviderError) {
        guard !MountPoint.isMounted(place.root) else { return }
        try ProviderError.translate { () throws(HostError) in
            try OverlayMount(layers: layers.map { FilePath($0) }, place: place, ids: ids).mount()
        }
    }

    /// Containers of users who are not root need other ways to limits and networks; they are not built yet.
    func requireRoot() throws(ProviderError) {
        guard geteuid() == 0 else {
            throw .notPermitted("the provider 'container' needs root", help: Cure.root)
        }
    }
}
