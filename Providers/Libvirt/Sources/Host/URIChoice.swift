/// Which libvirt daemon is used, and why.
package struct URIChoice: Hashable, Sendable {
    /// Where the choice comes from.
    package enum Source: Hashable, Sendable {
        /// The machine's options.
        case option
        /// A variable of the environment.
        case environment(String)
        /// The system's daemon answers, and the user may use it.
        case system
        /// The system's daemon does not answer, and only root's machines could not do without it.
        case systemOfRoot
        /// The system's daemon is not for this user.
        case session(String)
    }

    /// The URI.
    package let uri: LibvirtURI
    /// Where the choice comes from.
    package let source: Source

    /// The variables that name a URI, the first that is set.
    static let variables = ["DEVENV_LIBVIRT_URI", "LIBVIRT_DEFAULT_URI"]

    /// Chooses: the option, then the environment, then `qemu:///system` where it may be used, then `qemu:///session`.
    package static func choose(
        option: String?, environment: [String: String], system: @autoclosure () -> SystemDaemon = .look()
    ) -> URIChoice {
        if let option { return URIChoice(uri: LibvirtURI(option), source: .option) }
        for variable in variables {
            guard let uri = environment[variable], !uri.isEmpty else { continue }
            return URIChoice(uri: LibvirtURI(uri), source: .environment(variable))
        }
        switch system() {
        case .usable: return URIChoice(uri: LibvirtURI("qemu:///system"), source: .system)
        case .absent(isRoot: true): return URIChoice(uri: LibvirtURI("qemu:///system"), source: .systemOfRoot)
        case .absent(isRoot: false): return session("no daemon of the system answers")
        case .forbidden: return session("the daemon of the system does not let you in")
        }
    }

    private static func session(_ reason: String) -> URIChoice {
        URIChoice(uri: LibvirtURI("qemu:///session"), source: .session(reason))
    }

    /// Why this one, as a clause.
    package var words: String {
        switch source {
        case .option: "as the option 'uri' says"
        case .environment(let variable): "as \(variable) says"
        case .system: "as its daemon lets you in"
        case .systemOfRoot: "as root has no other"
        case .session(let reason): "as \(reason)"
        }
    }
}
