import DevenvHost
import DevenvPluginAPI

/// A call of rsync that carries a load; pure.
struct LoadCall {
    let endpoint: SSHEndpoint
    /// What is read, and what is written, by paths of their own ends; one that ends in `/` means what is in the directory.
    let sources: [String]
    let target: String
    let isUpload: Bool
    let asRoot: Bool
    /// Whether links are followed: only those that were named themselves.
    let followsLinks: Bool
    /// The bytes of content that there are; nil where that is not known.
    let total: Int64?

    /// The call. It is ended with its caller, as its receiver then removes what it has of a file so far.
    var invocation: ToolInvocation {
        ToolInvocation("rsync", arguments, timeout: .seconds(24 * 3600), endsWithCaller: true)
    }

    /// Files are compared by content, not by size and time: whoever asks for a file wants it to be there.
    private var arguments: [String] {
        var arguments = ["-rlpt", "--secluded-args", "--ignore-times", "--timeout=120", "--stats"]
        arguments += ["--no-human-readable", "--info=progress2", "--no-inc-recursive"]
        if followsLinks { arguments.append("--copy-links") }
        if asRoot { arguments.append("--rsync-path=sudo -n rsync") }
        arguments.append("--rsh=\(SSHClientCommand(endpoint).rsyncText)")
        let ends = isUpload ? sources + [remote(target)] : sources.map(remote) + [target]
        return arguments + ["--"] + ends
    }

    private func remote(_ path: String) -> String {
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        return "\(endpoint.user)@\(host):\(path)"
    }
}
