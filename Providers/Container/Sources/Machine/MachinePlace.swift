import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// Where everything of one machine is, from its identity alone.
///
/// `disk` survives a reboot: the machine's changes over its box and a note on what it was made from. `run` needs not:
/// the mounted root file system, the bundle, who its first process is.
struct MachinePlace: Sendable {
    /// Who it is.
    let project: ProjectID
    /// Who it is.
    let machine: MachineID
    /// devenv's directories.
    let directories: HostDirectories

    init(_ identity: MachineIdentity, in directories: HostDirectories) {
        self.init(project: identity.project, machine: identity.machine, in: directories)
    }

    init(project: ProjectID, machine: MachineID, in directories: HostDirectories) {
        self.project = project
        self.machine = machine
        self.directories = directories
    }

    /// All machines' disks.
    static func disks(in directories: HostDirectories) -> FilePath { directories.data.appending("containers") }
    /// All machines' runtime facts.
    static func runs(in directories: HostDirectories) -> FilePath { directories.runtime.appending("containers") }

    /// The directory of the project's machines' data.
    var projectDisk: FilePath { Self.disks(in: directories).appending(project.rawValue) }
    /// The directory of the machine's data.
    var disk: FilePath { projectDisk.appending(machine.rawValue) }
    /// Its own nodes of the host's devices.
    var devices: FilePath { disk.appending("devices") }
    /// What it was made from.
    var diskNote: FilePath { disk.appending("machine.json") }
    /// Where in that directory its changes are, and its snapshots.
    var snapshotsNote: FilePath { disk.appending("snapshots.json") }

    /// The directory of what is known while it runs.
    var run: FilePath { Self.runs(in: directories).appending(project.rawValue).appending(machine.rawValue) }
    /// Its root file system, mounted.
    var root: FilePath { run.appending("rootfs") }
    /// There while a snapshot keeps it from going on.
    var pause: FilePath { run.appending("pause") }
    /// Where a snapshot is mounted while it is copied.
    var export: FilePath { run.appending("export") }
    /// Where layers of the box are mounted for a moment.
    var layers: FilePath { run.appending("layers") }
    /// Where directories and files of the host are mounted for a moment.
    var binds: FilePath { run.appending("binds") }
    /// The OCI bundle.
    var bundle: FilePath { run.appending("bundle") }
    /// What the runtime is told of it.
    var config: FilePath { bundle.appending("config.json") }
    /// What it runs as.
    var runNote: FilePath { run.appending("run.json") }
    /// The number of its first process, which runc writes.
    var processFile: FilePath { run.appending("pid") }
    /// runc's own messages.
    var runtimeLog: FilePath { run.appending("runc.log") }

    /// runc's state of all machines.
    var runtimeRoot: FilePath { directories.runtime.appending("runc") }
    /// The machine's name in runc.
    var containerID: String { "devenv-\(project)-\(machine)" }
    /// runc's state of this machine.
    var runtimeState: FilePath { runtimeRoot.appending(containerID) }
    /// The parent of all machines' control groups, below each hierarchy's root.
    static let allGroups = "devenv"
    /// The parent of the project's machines' control groups.
    var projectGroup: String { "\(Self.allGroups)/\(project)" }
    /// Its control group below each hierarchy's root.
    var cgroup: String { "\(projectGroup)/\(machine)" }
    /// The mark in the comments of rules and in the aliases of links.
    var mark: String { Self.mark(project: project.rawValue, machine: machine.rawValue) }

    /// The mark of a machine.
    static func mark(project: String, machine: String) -> String { "devenv:\(project):\(machine)" }
}

extension MachinePlace {
    /// The bridge that an interface of the machine is on.
    func bridge(of interface: NetworkInterface) -> Bridge {
        Bridge(
            project: interface.isShared ? Bridge.sharing(directories) : project, network: interface.network,
            subnet: interface.subnet, isInternal: interface.isInternal, subnet6: interface.subnet6)
    }
}
