import DevenvModel

/// The network cards of a machine beside the first, which leads to VirtualBox's NAT: those of the project's networks in the
/// order of the Envfile, then those on networks of this host. Pure.
struct CardPlan: Sendable {
    /// A card that leads to the network of an interface of this host.
    struct Bridge: Hashable, Sendable {
        let interface: String
        /// Its address; nil for what VirtualBox gives it once and for all.
        let address: MACAddress?
    }

    let interfaces: [NetworkInterface]
    /// Where each of the interfaces leads.
    let links: [CardLink]
    let bridges: [Bridge]
    let model: CardModel

    /// How many cards a machine can have, the first included.
    static let limit = 8

    /// The settings of all cards. `present`: where the machine's slots lead now; those that are not needed are emptied.
    func settings(from present: [Int: String]) -> [VMSetting] {
        let own = zip(interfaces, links).map { (link: $1, address: $0.mac as MACAddress?) }
        let all = own + bridges.map { (link: .bridged(interface: $0.interface), address: $0.address) }
        let used = all.enumerated().flatMap { index, card -> [VMSetting] in
            let slot = index + 2
            return [.card(slot: slot, card.link), .cardModel(slot: slot, model)]
                + (card.address.map { [.hardwareAddress(slot: slot, $0)] } ?? [])
        }
        let surplus = present.filter { $0.key > all.count + 1 && $0.value != CardLink.none.kind }.keys.sorted()
        return used + surplus.map { .card(slot: $0, .none) }
    }
}

extension CardPlan.Bridge: CustomStringConvertible {
    /// The interface, and the address where one was asked for.
    var description: String { address.map { "\(interface) \($0)" } ?? interface }
}
