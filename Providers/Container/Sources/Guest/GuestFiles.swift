import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The files of a machine that devenv writes: its names, its resolver, its keys.
struct GuestFiles {
    /// The machine's mounted root.
    let root: FilePath
    /// The machine's ids.
    let ids: IDRange

    private static let everyone: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]

    /// Writes hosts, hostname and resolv.conf. At once visible inside a running machine. Repeating it changes nothing.
    func writeNames(of request: MachineRequest, resolver: ResolverFile) throws(HostError) {
        let guest = try GuestRoot(root, ids: ids)
        try write(request.hosts, hostname: request.spec.hostname, in: guest)
        try put(request.spec.hostname + "\n", at: "/etc/hostname", in: guest)
        try put(resolver.text, at: "/etc/resolv.conf", in: guest)
    }

    /// Writes hosts alone. Repeating it changes nothing.
    func write(_ hosts: [HostEntry], hostname: String) throws(HostError) {
        try write(hosts, hostname: hostname, in: try GuestRoot(root, ids: ids))
    }

    private func write(_ hosts: [HostEntry], hostname: String, in guest: borrowing GuestRoot) throws(HostError) {
        let old = String(decoding: try guest.read("/etc/hosts") ?? [], as: UTF8.self)
        try put(HostsFile.text(old, hosts: hosts, hostname: hostname), at: "/etc/hosts", in: guest)
    }

    /// Has an SSH server that the box itself starts listen on the port that it is looked for on, where it reads sshd_config.d.
    /// Repeating it changes nothing.
    func writePort(of access: MachineAccess) throws(HostError) {
        let guest = try GuestRoot(root, ids: ids)
        let directory = "/etc/ssh/sshd_config.d"
        let readable: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
        try guest.makeDirectory(directory, mode: readable, owner: .root)
        try put("Port \(access.port)\n", at: directory + "/devenv.conf", in: guest)
    }

    /// Writes the host key and lets the owner's keys in, as the access' user and as root. Repeating it changes nothing.
    func writeKeys(of access: MachineAccess) throws(ProviderError) {
        do throws(HostError) {
            if let account = try account(access.user) {
                return try write(access, for: account, in: GuestRoot(root, ids: ids))
            }
        } catch {
            throw ProviderError(error)
        }
        throw .invalidRequest(
            "the box has no user '\(access.user)'", help: "set ssh.user to one that it has, such as root")
    }

    /// A user of the machine; nil where there is none of that name.
    func account(_ name: String) throws(HostError) -> GuestAccount? {
        let passwd = try GuestRoot(root, ids: ids).read("/etc/passwd") ?? []
        return GuestAccount.find(name, in: String(decoding: passwd, as: UTF8.self))
    }

    private func write(_ access: MachineAccess, for account: GuestAccount, in guest: borrowing GuestRoot)
        throws(HostError)
    {
        let readable: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
        try guest.makeDirectory("/etc/ssh", mode: readable, owner: .root)
        let key = "/etc/ssh/ssh_host_ed25519_key"
        try guest.write(Array(access.hostKey.secret.utf8), to: key, mode: .ownerReadWrite, owner: .root)
        let line = access.publicHostKey.hasSuffix("\n") ? access.publicHostKey : access.publicHostKey + "\n"
        try put(line, at: key + ".pub", in: guest)
        try letIn(access.authorizedKeys, as: account, in: guest)
        if account.user != 0 { try letIn(access.authorizedKeys, as: .root, in: guest) }
    }

    private func letIn(_ keys: [String], as account: GuestAccount, in guest: borrowing GuestRoot) throws(HostError) {
        let directory = account.home + "/.ssh"
        try guest.makeDirectory(directory, mode: .ownerReadWriteExecute, owner: account)
        let file = directory + "/authorized_keys"
        let old = String(decoding: try guest.read(file) ?? [], as: UTF8.self)
        let text = AuthorizedKeys.text(old, adding: keys)
        try guest.write(Array(text.utf8), to: file, mode: .ownerReadWrite, owner: account)
    }

    private func put(_ text: String, at file: String, in guest: borrowing GuestRoot) throws(HostError) {
        try guest.write(Array(text.utf8), to: file, mode: Self.everyone, owner: .root)
    }
}
