import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// Where the files of machines are, and what VirtualBox calls them.
struct MachinePlaces: Sendable {
    private let directories: HostDirectories
    private let home: VBoxHome

    /// `home`: the VirtualBox that machines are in. Each has masters of its own, as it knows nothing of the others' clones.
    init(_ directories: HostDirectories, in home: VBoxHome) {
        self.directories = directories
        self.home = home
    }

    /// The folder of all that is VirtualBox's.
    static func root(_ directories: HostDirectories) -> FilePath { directories.data.appending("virtualbox") }
    private var root: FilePath { Self.root(directories) }
    /// The folder that machines have theirs in.
    var machines: FilePath { root.appending("machines") }
    /// The folder that masters have theirs in: `masters`, or `masters-1f2e3d4c` where the VirtualBox is not the user's own.
    var masters: FilePath { root.appending(home.mark.map { "masters-\($0)" } ?? "masters") }

    /// A machine's own folder: VirtualBox names it after the machine.
    func folder(of machine: MachineIdentity) -> FilePath { machines.appending(machine.vmName) }
    /// The file of a machine's settings, as VirtualBox names it.
    func settings(of machine: MachineIdentity) -> FilePath {
        folder(of: machine).appending("\(machine.vmName).vbox")
    }
    /// A master's own folder.
    func folder(of master: VMID) -> FilePath { masters.appending(Self.name(of: master)) }

    /// What a master is called.
    static func name(of master: VMID) -> String { "devenv-master-\(master)" }
    /// The master whose folder has this name; nil for other folders.
    static func master(named name: String) -> VMID? {
        let prefix = "devenv-master-"
        return name.hasPrefix(prefix) ? VMID(name.dropFirst(prefix.count)) : nil
    }

    /// The master of a box. Two users of one VirtualBox, and two homes of one user, have masters of their own.
    func master(of digest: String) -> VMID? {
        let text = "devenv master 1\n\(masters)\n\(digest)"
        return VMID(SHA256.hexadecimal(of: Array(text.utf8)).prefix(32))
    }

    /// What whoever makes, clones or removes a master locks.
    func lock(of master: VMID) -> FilePath { root.appending("locks").appending(master.description) }
    var locks: FilePath { root.appending("locks") }

    /// Where it is written down who is on which network.
    var networks: FilePath { root.appending("networks") }
    /// What whoever changes networks locks.
    var networksLock: FilePath { locks.appending("networks") }

    /// Takes one of the locks; nil where somebody else holds it all the time.
    func take(_ lock: FilePath, _ attempt: String, for time: Duration) async throws(ProviderError) -> FileLock? {
        try ProviderError.translate { () throws(HostError) in try HostFiles.makeDirectory(locks) }
        do {
            if let taken = try await FileLock.awaiting(lock, command: "devenv", timeout: time) { return taken }
        } catch { throw .failed("\(attempt): \(error)") }
        try ProviderError.checkCancellation(attempt)
        return nil
    }
}

// What a machine is called in VirtualBox. It is found by its UUID alone; names are for people, and unique.
extension MachineIdentity {
    /// The machine's UUID: the project's id, then the machine's. Nil where they are none, as in requests for settings only.
    var vm: VMID? { VMID(project.rawValue + machine.rawValue) }
    /// The machine's name: `shop-web-1f2e3d4c5b6a7988`.
    var vmName: String { "\(projectName)-\(name)-\(machine)" }
    /// What the networks of its project are called: each project has its own.
    func internalNetwork(_ network: NetworkName) -> String { "devenv-\(project)-\(network)" }
}
