/// A user of a machine, as its passwd(5) has it.
struct GuestAccount: Hashable, Sendable {
    /// The user's id inside.
    let user: UInt32
    /// The id of its group inside.
    let group: UInt32
    /// Its home directory.
    let home: String

    /// Root, whatever a box says about it.
    static let root = GuestAccount(user: 0, group: 0, home: "/root")

    /// Finds a user in the text of passwd(5).
    static func find(_ name: String, in passwd: String) -> GuestAccount? {
        for line in passwd.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 7, fields[0] == name, let user = UInt32(fields[2]), let group = UInt32(fields[3])
            else { continue }
            return GuestAccount(user: user, group: group, home: String(fields[5]))
        }
        return nil
    }
}
