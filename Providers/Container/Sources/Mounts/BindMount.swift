import CSyscalls
import DevenvHost
import DevenvPluginAPI
import Glibc
import SystemPackage

/// Directories and files of this host on their way into a machine: copies of their mounts in which their owner is the user that
/// people log in as; in an ordinary user's machines, for which ids can't be mapped so, root inside. They are attached on the host for as long as runc takes to copy them: what runc itself copies, the machine
/// can't make writable again (mount_namespaces(7), locked flags).
struct BindMount {
    /// What is bound, from an absolute path, and where.
    let bind: HostBind
    /// Where it is attached for a moment.
    let passage: FilePath

    /// Attaches binds, whose sources are absolute, numbered in their order: their owners are the user of a name inside. What a
    /// start that was killed has left is taken away first. Throws `.invalidRequest` where a source is not there.
    static func attach(_ binds: [HostBind], as user: String, at place: MachinePlace, ids: IDRange)
        throws(ProviderError) -> [BindMount]
    {
        try ProviderError.translate { () throws(HostError) in try detach(at: place) }
        guard !binds.isEmpty else { return [] }
        let files = GuestFiles(root: place.root, ids: ids)
        let account = try ProviderError.translate { () throws(HostError) in try files.account(user) } ?? .root
        return try binds.enumerated().map { number, bind throws(ProviderError) in
            guard HostFiles.exists(bind.source) else {
                throw .invalidRequest(
                    "\(bind.place)there is no '\(bind.source)' to bind on '\(bind.target)'",
                    help: "make it, as in 'mkdir -p \(bind.source)', or take it out of 'binds'")
            }
            let mount = BindMount(bind: bind, passage: place.binds.appending(String(number)))
            try mount.attach(as: account, of: ids)
            FaultPoint.reach("container.bind.attached")
            return mount
        }
    }

    /// Takes what is attached away, and the places for it. Nothing there is fine.
    static func detach(at place: MachinePlace) throws(HostError) {
        for name in try HostFiles.list(place.binds) {
            let passage = place.binds.appending(name)
            // as often as something is there; only then may the place be removed, which else would be the host's own file
            while devenv_unmount(passage.string, 1) == 0 {}
            guard [EINVAL, ENOENT].contains(errno) else {
                throw HostError("unmounting", passage, Errno(rawValue: errno))
            }
            guard rmdir(passage.string) != 0, unlink(passage.string) != 0, errno != ENOENT else { continue }
            throw HostError("removing", passage, Errno(rawValue: errno))
        }
        rmdir(place.binds.string)
    }

    /// How runc mounts it.
    var mount: RuntimeConfig.Mount {
        .init(
            destination: bind.target, type: "bind", source: passage.string,
            options: ["bind", "nosuid", "nodev", bind.isReadOnly ? "ro" : "rw"])
    }

    private var source: FilePath { bind.source }

    private func attach(as user: GuestAccount, of ids: IDRange) throws(ProviderError) {
        var status = stat()
        let isDirectory = HostFiles.isDirectory(source)
        try ProviderError.translate { () throws(HostError) in
            try SystemCall.check("reading", source) { stat(source.string, &status) }
            try HostFiles.makeDirectory(passage.removingLastComponent(), mode: .ownerReadWriteExecute)
            try SystemCall.check("making", passage) {
                isDirectory ? mkdir(passage.string, 0o700) : mknod(passage.string, S_IFREG | 0o600, 0)
            }
        }
        let users = Self.map(status.st_uid, to: user.user, of: ids)
        let groups = Self.map(status.st_gid, to: user.group, of: ids)
        let copy = try copy(users: users, groups: groups)
        defer { close(copy) }
        try ProviderError.translate { () throws(HostError) in
            _ = try SystemCall.check("binding", source) { devenv_attach_mount(copy, passage.string) }
        }
    }

    private func copy(users: String?, groups: String?) throws(ProviderError) -> Int32 {
        var namespace: Int32 = -1
        defer { if namespace >= 0 { close(namespace) } }
        if let users, let groups {
            namespace = try ProviderError.translate { () throws(HostError) in
                try SystemCall.check("making a user namespace for", source) { devenv_mapped_namespace(users, groups) }
            }
        }
        let copy = devenv_bind_copy(source.string, namespace, bind.isReadOnly ? 1 : 0)
        guard copy >= 0 else {
            throw .failed(
                "\(bind.place)binding '\(source)' with shifted ids: \(Errno(rawValue: errno))",
                help: "keep it on ext4, xfs, btrfs or tmpfs, or use a synced folder")
        }
        return copy
    }

    /// The map of ids of such a mount, lines of user_namespaces(7): the owner on the host is a user inside; every other user inside
    /// has the ids on the host that it has everywhere else there, so that what root inside makes is nobody's. nil where ids stay as
    /// they are: for machines whose ids are the host's, and for files that belong to a machine already.
    static func map(_ owner: UInt32, to user: UInt32, of ids: IDRange) -> String? {
        guard ids.first != 0, let outside = ids.outside(user) else { return nil }
        guard !ids.contains(owner) else { return nil }
        var lines = ["\(owner) \(outside) 1"]
        if user > 0 { lines.append("\(ids.first) \(ids.first) \(user)") }
        let rest = ids.count - user - 1
        if rest > 0 { lines.append("\(outside + 1) \(outside + 1) \(rest)") }
        return lines.joined(separator: "\n") + "\n"
    }
}
