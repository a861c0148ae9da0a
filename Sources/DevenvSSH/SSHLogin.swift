package import DevenvHost
package import DevenvPluginAPI

/// Which way of logging in an endpoint takes.
package enum SSHLogin {
    /// The communicator of a machine: one that enforces its host key, or where that is not known yet, one that takes it as
    /// it is shown.
    package static func communicator(for endpoint: SSHEndpoint, runner: any ToolRunner) -> any Communicator {
        if endpoint.hostKey == nil { return FirstLogin(endpoint, runner: runner) }
        return SSHCommunicator(endpoint)
    }
}
