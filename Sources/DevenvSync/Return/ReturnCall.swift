import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The calls of rsync that compare the two sides of a folder and carry files between them; pure. They leave out the same as the
/// call that sends the folder. Times are compared to the nanosecond, as a file may change twice within a second.
struct ReturnCall {
    let folder: SyncedFolder
    let endpoint: SSHEndpoint
    /// What the machine said when it was prepared.
    let receiver: RsyncCall.Receiver
    /// Who owns what is written here; nil for whoever runs this.
    let owner: String?

    /// Tells what would have to change here for the host's folder to be the machine's.
    var look: ToolInvocation {
        call(["-r", "--dry-run", "--delete", "--out-format=%i %n", "--stats"], remote, local(folder.source.value))
    }

    /// Tells which of these paths are not in the machine as they are in another folder of this host.
    func compare(_ paths: [FilePath], with directory: FilePath) -> ToolInvocation {
        let flags = ["--dry-run", "--ignore-missing-args", "--out-format=%i %n"]
        return call(flags, remote, local(directory), paths: paths)
    }

    /// Tells which of these files have another content in the machine than here.
    func compareContent(_ paths: [FilePath]) -> ToolInvocation {
        let flags = ["--dry-run", "--checksum", "--ignore-missing-args", "--out-format=%i %n"]
        return call(flags, remote, local(folder.source.value), paths: paths)
    }

    /// Brings these paths from the machine into another folder of this host.
    func fetch(_ paths: [FilePath], into directory: FilePath) -> ToolInvocation {
        let ownership = owner.map { ["-og", "--chown=\($0)"] } ?? []
        return call(ownership + ["--out-format=%i", "--stats"], remote, local(directory), paths: paths)
    }

    /// Sends these paths into the machine.
    func send(_ paths: [FilePath]) -> ToolInvocation {
        let ownership = receiver.isPrivileged ? ["-og", "--chown=\(receiver.owner):\(receiver.group)"] : []
        let flags = ownership + ["--ignore-missing-args", "--out-format=%i", "--stats"]
        return call(flags, local(folder.source.value), remote, paths: paths)
    }

    private func call(
        _ flags: [String], _ source: String, _ target: String, paths: [FilePath]? = nil
    ) -> ToolInvocation {
        var arguments = ["-lpt", "--omit-dir-times", "--omit-link-times", "--modify-window=-1", "-8"]
        arguments += ["--secluded-args", "--timeout=120", "--no-human-readable", "--exclude=.devenv/"]
        arguments += folder.exclude.map { "--exclude=\($0)" } + flags
        if paths != nil { arguments += ["--files-from=-", "--from0", "--no-implied-dirs"] }
        if receiver.usesSudo { arguments.append("--rsync-path=sudo -n rsync") }
        arguments.append("--rsh=\(SSHClientCommand(endpoint).rsyncText)")
        arguments += folder.arguments
        // the dot before each name: one that begins with '#' or ';' is no comment
        let input = (paths ?? []).zeroSeparated
        return ToolInvocation(
            "rsync", arguments + ["--", source, target], input: input, output: .captured(limit: 256 << 20),
            timeout: .seconds(24 * 3600))
    }

    private var remote: String {
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        return "\(endpoint.user)@\(host):" + local(FilePath(folder.target.string))
    }

    private func local(_ path: FilePath) -> String { path.string.hasSuffix("/") ? path.string : path.string + "/" }
}
