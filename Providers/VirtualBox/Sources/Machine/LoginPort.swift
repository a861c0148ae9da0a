import DevenvHost
import DevenvModel

/// The port of this host that leads to a machine's SSH server. It is a rule of the machine itself, which keeps it from start
/// to start; whether it is free can only the start itself tell, which chooses another where it is not.
enum LoginPort {
    /// The ports that other rules of a machine have, or are to have: VirtualBox lets none lead to two places.
    static func foreign(_ rules: [NATRule], _ forwards: [PortForward]) -> Set<UInt16> {
        Set((rules.filter { !$0.isOwn }.map(\.forward) + forwards).map(\.host))
    }

    /// The port that a machine has, where it has one.
    static func current(_ rules: [NATRule]) -> UInt16? {
        rules.first { $0.name == NATRule.loginName }?.forward.host
    }
}
