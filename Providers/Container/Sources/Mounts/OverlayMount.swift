import CSyscalls
import DevenvHost
import Glibc
import SystemPackage

/// The overlay that is a machine's root file system: its box below, shifted to the machine's ids, its changes above.
struct OverlayMount {
    /// What it is made of.
    let stack: LayerStack
    /// Where it is mounted.
    let target: FilePath
    /// The machine's directories.
    let place: MachinePlace
    /// The machine's ids.
    let ids: IDRange

    /// Mounts it. The caller makes sure that it is not mounted yet: two mounts of one upper directory damage it.
    ///
    /// Layers are mounted shifted for as long as the overlay takes to copy them; afterwards only its own mount is left.
    func mount() throws(HostError) {
        guard UserRealm.current == nil else { return try mountUnshifted() }
        let namespace = try descriptor("making a user namespace for", target) {
            devenv_user_namespace(ids.first, ids.count)
        }
        defer { close(namespace) }
        var mounted: [FilePath] = []
        var open: [FileDescriptor] = []
        defer {
            for file in open { try? file.close() }  // nothing was written to them
            for path in mounted { devenv_unmount(path.string, 1) }
        }
        for (index, layer) in stack.box.enumerated() {
            let path = place.layers.appending(String(index))
            try HostFiles.makeDirectory(path, mode: .ownerReadWriteExecute)
            try attach(layer, at: path, in: namespace)
            mounted.append(path)
            open.append(try Self.openDirectory(path))
        }
        // the machine's own, shifted already
        for layer in stack.saved { open.append(try Self.openDirectory(layer)) }
        let options = try Self.options(lower: open.map(Self.shortName), upper: stack.top, work: stack.work)
        FaultPoint.reach("container.mount.layers")
        try SystemCall.check("mounting the machine's root on", target) {
            devenv_mount_overlay(target.string, options)
        }
    }

    /// The same in a realm: the layers' owners are its ids already, and what the overlay notes goes into attributes that its
    /// root may write (`userxattr`, without which renaming a directory of the box fails).
    private func mountUnshifted() throws(HostError) {
        var open: [FileDescriptor] = []
        defer { for file in open { try? file.close() } }  // nothing was written to them
        for layer in stack.box + stack.saved { open.append(try Self.openDirectory(layer)) }
        // by its own name, which says whose processes see it
        let options =
            try Self.options(lower: open.map(Self.shortName), upper: stack.top, work: stack.work) + ",userxattr"
        try SystemCall.check("mounting the machine's root on", target) {
            devenv_mount_overlay(target.string, options)
        }
    }

    private static func openDirectory(_ path: FilePath) throws(HostError) -> FileDescriptor {
        try HostError.wrap("opening the layer", path) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
    }

    /// All options together have room for 4095 bytes (mount(2)), and an image may have more than a hundred layers.
    private static func shortName(_ directory: FileDescriptor) -> FilePath {
        FilePath("/proc/self/fd/\(directory.rawValue)")
    }

    /// The options of mount(2), layers lowest first.
    static func options(lower: [FilePath], upper: FilePath, work: FilePath) throws(HostError) -> String {
        for path in lower + [upper, work] where path.string.contains(where: { ",:\\".contains($0) }) {
            throw HostError("mounting (with ',', ':' or '\\' in its name)", path, .invalidArgument)
        }
        let lowest = lower.reversed().map(\.string).joined(separator: ":")
        // what a kernel may do by default, and what would tie layers together that are to be merged
        // (of itself it does neither with userxattr, and refuses to be told so)
        let plain = UserRealm.current == nil ? "redirect_dir=off,metacopy=off," : ""
        return "\(plain)lowerdir=\(lowest),upperdir=\(upper),workdir=\(work)"
    }

    private func attach(_ layer: FilePath, at path: FilePath, in namespace: Int32) throws(HostError) {
        let copy = try descriptor("shifting the ids of", layer) { devenv_idmapped_copy(layer.string, namespace) }
        defer { close(copy) }
        try SystemCall.check("mounting a box layer on", path) { devenv_attach_mount(copy, path.string) }
    }

    private func descriptor(_ attempt: String, _ path: FilePath, _ call: () -> Int32) throws(HostError) -> Int32 {
        try SystemCall.check(attempt, path, call)
    }
}
