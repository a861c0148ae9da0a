import DevenvHost

/// The files of a machine that does not run, by their paths inside. Links on the way to a file are followed inside, and nothing
/// leads out.
protocol GuestTree: Sendable {
    /// What is in some directories; nothing for one that is not there.
    func list(_ directories: Set<String>) async throws(BoxError) -> [String: [GuestEntry]]

    /// The content of a file that is there.
    func read(_ file: String) async throws(BoxError) -> [UInt8]

    /// Carries out a change, in its order.
    func apply(_ change: GuestChange) async throws(BoxError)
}

/// Something in a directory of a machine.
struct GuestEntry: Hashable, Sendable {
    let name: String
    let kind: HostFiles.Kind
    let owner: GuestOwner
}

/// Whose a file is and what others may do with it.
struct GuestOwner: Hashable, Sendable {
    /// A file that everybody may read.
    static let root = GuestOwner(user: 0, group: 0, mode: 0o644)
    /// A file that is for root alone.
    static let secret = GuestOwner(user: 0, group: 0, mode: 0o600)

    let user: UInt32
    let group: UInt32
    /// The permission bits.
    let mode: UInt32
}

/// A path in a machine, as the directory and the name in it: what the directory leads to is followed, what the name stands for
/// is not.
struct GuestPlace: Hashable, Sendable, CustomStringConvertible {
    let directory: String
    let name: String

    init(_ directory: String, _ name: String) {
        self.directory = directory == "/" ? "" : directory
        self.name = name
    }

    /// Splits a path that begins with a slash.
    init(_ path: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        self.init(String(path[..<slash]), String(path[slash...].dropFirst()))
    }

    var description: String { "\(directory)/\(name)" }
}

/// What is to be done to the files of a machine.
struct GuestChange: Hashable, Sendable {
    /// Something that goes.
    struct Removal: Hashable, Sendable {
        let place: GuestPlace
        let isDirectory: Bool
    }

    /// A file that gets a content.
    struct Writing: Hashable, Sendable {
        let place: GuestPlace
        let bytes: [UInt8]
        let owner: GuestOwner
        /// Whether it takes the place of one.
        let isReplacing: Bool
    }

    /// What goes, the content of a directory before it.
    var removals: [Removal] = []
    var writings: [Writing] = []

    var isEmpty: Bool { removals.isEmpty && writings.isEmpty }
}
