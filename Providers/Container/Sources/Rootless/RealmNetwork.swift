import CSyscalls
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// The one network that all machines of a user's realm have behind them, and its way to the host's: slirp4netns(1).
struct RealmNetwork: Sendable {
    /// Where slirp4netns takes its orders.
    let socket: SlirpSocket
    /// What lies between the realm and slirp4netns, which gives out the addresses in it by their last numbers.
    let subnet: IPv4Subnet

    /// The realm's own address.
    var address: IPv4Address { IPv4Address(value: subnet.address.value + 100) }
    /// Answers like the host's name server.
    var nameServer: IPv4Address { IPv4Address(value: subnet.address.value + 3) }

    /// That of the realm that this process is in; nil outside of any.
    static var own: RealmNetwork? {
        guard let realm = UserRealm.current else { return nil }
        let place = RealmPlace(realm)
        // without its note nobody reaches the realm, which is said where that is tried
        let note = (try? Notes.read(RealmNote.self, at: place.note)) ?? nil
        return RealmNetwork(socket: SlirpSocket(path: place.socket), subnet: note?.subnet ?? chooseSubnet(besides: []))
    }

    /// A subnet that the host has no way to, as machines would not reach what lies there. Those for documentation (RFC 5737) are
    /// nobody's, but for who takes them all the same; the last resort is the one that slirp4netns itself would take.
    static func chooseSubnet(besides routes: [HostRoute]) -> IPv4Subnet {
        let candidates: [UInt32] = [0xC633_6400, 0xCB00_7100, 0xC000_0200, 0x0A00_0200]
        let subnets = candidates.map { IPv4Subnet(IPv4Address(value: $0), prefixLength: 24) }
        return subnets.first { subnet in !routes.contains { $0.leads(into: subnet) } } ?? subnets[3]
    }

    /// The ports of the host that lead into the realm; none where nobody answers who would hold them.
    var ports: [SlirpSocket.Entry] { (try? socket.entries()) ?? [] }

    /// Whether a port of the host leads into the realm already.
    func holds(_ forward: PortForward) throws(ProviderError) -> Bool {
        try socket.entries().contains { $0.leads(forward) }
    }

    /// Has ports of the host lead into the realm, and gives others back. Repeating it changes nothing.
    func publish(_ forwards: [PortForward], removing stale: Set<ForwardSlot>) throws(ProviderError) {
        guard !forwards.isEmpty || !stale.isEmpty else { return }
        var present = try socket.entries()
        // also those that lead from another address to what is wanted now
        for entry in present where stale.contains(where: entry.fills) || forwards.contains(where: entry.crosses) {
            try socket.remove(entry)
            present.removeAll { $0 == entry }
        }
        for forward in forwards where !present.contains(where: { $0.leads(forward) }) {
            try socket.add(forward, to: address)
        }
    }

    /// Changes a setting of the network, a file below /proc/sys: of the realm, or of the host for a process in none.
    static func set(_ value: String, to name: String) throws(HostError) {
        guard let realm = UserRealm.current else { return try KernelSetting.write(value, to: name) }
        let path = realm.namespace("net")
        let network = try HostError.wrap("opening", path) {
            try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        }
        defer { try? network.close() }  // nothing was written to it
        let setting = FilePath("/proc/sys/\(name)")
        try SystemCall.check("setting", setting) { devenv_set_in_network(network.rawValue, setting.string, value) }
    }
}

extension SlirpSocket.Entry {
    /// Whether it is this forward.
    func leads(_ forward: PortForward) -> Bool {
        fills(ForwardSlot(forward)) && host_addr == forward.address.description
    }

    /// Whether it is in the way of this forward: the same port on another address.
    fileprivate func crosses(_ forward: PortForward) -> Bool { fills(ForwardSlot(forward)) && !leads(forward) }

    /// Whether it leads to a place where forwards begin in the realm.
    func fills(_ slot: ForwardSlot) -> Bool { host_port == slot.port && proto == slot.transport.rawValue }
}
