import DevenvHost

/// The ids of this host that users of machines have outside: root inside is `first` outside.
///
/// The standard range lies past all that distributions hand out: above the 524288 to 1879048191 of systemd's containers
/// and below 2^31, which some old programs take for negative (systemd, "Users, Groups, UIDs and GIDs on systemd
/// Systems").
struct IDRange: Hashable, Sendable {
    /// The id outside that is 0 inside.
    let first: UInt32
    /// How many ids there are.
    let count: UInt32

    /// 1879048192 to 1879113727.
    static let standard = IDRange(first: 0x7000_0000, count: 65_536)

    /// What it is for this process: in a realm, whose ids are an ordinary user's, the same inside and outside.
    static var own: IDRange { UserRealm.current == nil ? .standard : IDRange(first: 0, count: 65_536) }

    /// The ranges that can be mapped each by itself: a realm has its root's id and the others from two sources, and a range across
    /// both is refused (user_namespaces(7), "must be mapped").
    var parts: [IDRange] {
        first == 0 ? [IDRange(first: 0, count: 1), IDRange(first: 1, count: count - 1)] : [self]
    }

    /// This host's own, for machines whose root is the host's.
    static let host = IDRange(first: 0, count: 65_536)

    /// Whether an id outside is one of them.
    func contains(_ outside: UInt32) -> Bool { outside >= first && outside - first < count }

    /// The id outside; nil for an id that machines don't have.
    func outside(_ inside: UInt32) -> UInt32? { inside < count ? first + inside : nil }
}
