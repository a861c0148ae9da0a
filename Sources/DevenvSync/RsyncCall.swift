import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// A call of rsync that makes a machine's folder equal to the host's; pure.
struct RsyncCall {
    let folder: SyncedFolder
    let endpoint: SSHEndpoint
    /// What the machine said when it was prepared.
    let receiver: Receiver
    /// Whether it goes on from, or before, changes that are sent one by one: times are then compared to the nanosecond, as a file
    /// may have changed twice within a second, and rsync ends with the one who watches, however that ends.
    var isLive = false

    /// Who writes in the machine, and for whom.
    struct Receiver: Hashable {
        /// Whether rsync needs sudo there.
        var usesSudo: Bool
        /// Whether it may give files to others: it runs as root.
        var isPrivileged: Bool
        /// The owner of what is written.
        var owner: String
        /// Its group.
        var group: String
    }

    /// The call. Whole trees may take their time; what must not happen is that nothing moves for minutes.
    var invocation: ToolInvocation {
        ToolInvocation(
            "rsync", arguments, output: .captured(limit: 256 << 20), timeout: .seconds(24 * 3600),
            endsWithCaller: isLive)
    }

    private var arguments: [String] {
        // no -D: sockets and devices of this host mean nothing in a machine
        // times to the nanosecond: a file may change twice within a second and keep its length
        var arguments = ["-rlpt", "--modify-window=-1", "--secluded-args", "--timeout=120"]
        arguments += ["--stats", "--no-human-readable", "--out-format=%i", "--exclude=.devenv/"]
        arguments += folder.exclude.map { "--exclude=\($0)" }
        if folder.delete { arguments.append("--delete") }
        if isLive { arguments.append("--modify-window=-1") }
        if receiver.isPrivileged { arguments += ["-og", "--chown=\(receiver.owner):\(receiver.group)"] }
        if receiver.usesSudo { arguments.append("--rsync-path=sudo -n rsync") }
        arguments.append("--rsh=\(SSHClientCommand(endpoint).rsyncText)")
        arguments += folder.arguments
        // the slash at the end of the source: its contents, not the directory itself
        return arguments + ["--", slashed(folder.source.value.string), destination]
    }

    private var destination: String {
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        return "\(endpoint.user)@\(host):\(slashed(folder.target.string))"
    }

    private func slashed(_ path: String) -> String { path.hasSuffix("/") ? path : path + "/" }
}
