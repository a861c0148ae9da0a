package import DevenvModel

extension ProviderError {
    /// The host's port of a forward is taken; `holder` is who has it, as far as it is known.
    package static func portInUse(_ forward: PortForward, by holder: String?) -> ProviderError {
        .portInUse(
            forward.host,
            "port \(forward.host)/\(forward.transport) of \(forward.address) is in use by \(holder ?? "another program")",
            help: "choose another port in 'forward', or let devenv choose with auto: true")
    }

    /// The address that a forward is to be bound to is none of this host.
    package static func foreignAddress(of forward: PortForward) -> ProviderError {
        .invalidRequest(
            "can't forward \(forward): \(forward.address) is no address of this host",
            help: "use 127.0.0.1, 0.0.0.0 or an address that 'ip addr' shows")
    }
}
