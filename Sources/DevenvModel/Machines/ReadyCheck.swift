/// A condition that must hold before a machine counts as ready.
package struct ReadyCheck: Hashable, Sendable {
    /// What is tried.
    package enum Probe: Hashable, Sendable {
        /// Something in the machine accepts connections on this port.
        case tcp(UInt16)
        /// A web server answers with this status; the URL is full or a path on the machine's own port 80.
        case http(url: String, status: Int)
        /// A command in the machine exits with 0.
        case shell(String)
    }

    /// What is tried.
    package let probe: Probe
    /// How long it may take to become true.
    package let timeout: Duration
    /// How long to wait between two tries.
    package let interval: Duration

    /// Makes a check.
    package init(_ probe: Probe, timeout: Duration = .seconds(60), interval: Duration = .milliseconds(250)) {
        self.probe = probe
        self.timeout = timeout
        self.interval = interval
    }
}

extension ReadyCheck: CustomStringConvertible {
    /// `tcp 5432`, `http /health`, `shell pg_isready`.
    package var description: String {
        switch probe {
        case .tcp(let port): "tcp \(port)"
        case .http(let url, _): "http \(url)"
        case .shell(let command): "shell \(command)"
        }
    }
}
