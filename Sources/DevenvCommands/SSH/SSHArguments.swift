package import DevenvGuest
import DevenvPluginAPI
import SystemPackage

/// The arguments of the system's ssh, as a pure function.
package enum SSHArguments {
    /// What runs in the machine.
    package enum Session: Hashable, Sendable {
        /// A login shell, or what the further arguments say.
        case shell
        /// A command; with a terminal of its own where the user sits at one.
        case command(String, terminal: Bool)
    }

    /// The arguments, without the program. `further` are the user's own, for ssh.
    package static func make(_ options: SSHClientOptions, _ session: Session, further: [String] = []) -> [String] {
        // Without `-F`, a `Host *` of the user's own with a jump host or a proxy would lead somewhere else.
        var arguments = ["-F", options.config?.string ?? "none"]
        for (key, value) in options.settings where key != "HostName" { arguments += ["-o", "\(key)=\(value)"] }
        switch session {
        case .shell: return arguments + [options.endpoint.host] + further
        case .command(let command, let terminal):
            return arguments + [terminal ? "-t" : "-T", options.endpoint.host] + further + ["--", command]
        }
    }
}
