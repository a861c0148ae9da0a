package import DevenvModel

/// What a provider sees of a machine at this moment.
package struct MachineObservation: Hashable, Sendable {
    /// The machine's state.
    package enum State: Hashable, Sendable {
        /// Nothing of it is there.
        case absent
        /// It exists and does not run, whoever stopped it. Half-made machines count as stopped when `create` and
        /// `start` would complete them.
        case stopped
        /// It runs.
        case running
        /// It is paused, or saved to disk.
        case suspended
        /// Something of it is missing or damaged, so that only `destroy` helps.
        case broken(String)
        /// The provider could not tell, and why; nothing may be concluded from it.
        case unknown(String)
    }

    /// The machine's state.
    package let state: State
    /// The address that it is reached on, while it runs.
    package let address: IPv4Address?
    /// Where its SSH server is reached, where that is not its own port at `address`.
    package let access: SSHRoute?
    /// What was changed or removed behind devenv's back and will be put right by `start`, one text each.
    package let drift: [String]
    /// The hypervisor's programs inside it, while it runs; nil where nothing is known of them. Providers say it where it
    /// costs them nothing, most easily of a machine that is observed alone.
    package let guestTools: GuestTools?

    /// Makes an observation.
    package init(
        _ state: State, address: IPv4Address? = nil, access: SSHRoute? = nil, drift: [String] = [],
        guestTools: GuestTools? = nil
    ) {
        self.state = state
        self.address = address
        self.access = access
        self.drift = drift
        self.guestTools = guestTools
    }
}

/// A way to a machine's SSH server other than its own port at its own address.
package enum SSHRoute: Hashable, Sendable {
    /// A port of this host, on 127.0.0.1.
    case port(UInt16)
    /// A program, with its arguments, whose standard input and output lead to the server, as `ProxyCommand` of
    /// ssh_config(5).
    case program([String])
}

extension MachineObservation.State: CustomStringConvertible {
    /// One word, as `status` shows it.
    package var description: String {
        switch self {
        case .absent: "not created"
        case .stopped: "stopped"
        case .running: "running"
        case .suspended: "suspended"
        case .broken: "broken"
        case .unknown: "unknown"
        }
    }
}
