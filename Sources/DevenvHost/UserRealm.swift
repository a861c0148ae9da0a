import Glibc
package import SystemPackage

/// The namespaces that this process was brought into: in them it is root, outside it is an ordinary user.
///
/// A process is in one realm or in none, for all of its life; it learns that from a variable, which `devenv` gives itself.
package struct UserRealm: Hashable, Sendable {
    /// The user's id outside.
    package let user: UInt32
    /// The process that holds the namespaces.
    package let holder: Int32
    /// The descriptor that says, by a shared lock, that the realm is in use.
    package let claim: Int32
    /// The directory of what is known of it.
    package let directory: FilePath

    /// The variable of the environment that names it.
    package static let variable = "DEVENV_REALM"

    /// That of this process; nil outside of any. To be asked for only once the process has joined it.
    package static let current: UserRealm? = getuid() == 0 ? named : nil

    /// The one that this process is told to join, or has joined.
    package static var named: UserRealm? { getenv(variable).flatMap { UserRealm(String(cString: $0)) } }

    /// The user on whose behalf this process runs: outside of any realm.
    package static var userID: UInt32 { current?.user ?? getuid() }

    /// Names a realm.
    package init(user: UInt32, holder: Int32, claim: Int32, directory: FilePath) {
        self.user = user
        self.holder = holder
        self.claim = claim
        self.directory = directory
    }

    /// Reads what `text` gives; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 3).map(String.init)
        guard words.count == 4, let user = UInt32(words[0]), let holder = Int32(words[1]), let claim = Int32(words[2]),
            words[3].hasPrefix("/")
        else { return nil }
        self.init(user: user, holder: holder, claim: claim, directory: FilePath(words[3]))
    }

    /// The value of the variable.
    package var text: String { "\(user) \(holder) \(claim) \(directory)" }

    /// One of the holder's namespaces, such as `net`, namespaces(7).
    package func namespace(_ kind: String) -> FilePath { FilePath("/proc/\(holder)/ns/\(kind)") }
}
