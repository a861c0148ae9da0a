package import DevenvModel
package import SystemPackage

/// How the two sides of a folder are brought together.
package struct ReturnOrder: Sendable {
    /// The machine, for the names of copies that are kept.
    package let machine: MachineName
    /// The part of the folder that it is about, relative to it; nil for all of it.
    package let part: FilePath?
    /// Whether what has changed on this host goes into the machine as well.
    package let sends: Bool
    /// The file that says what both sides were when they were last equal.
    package let base: FilePath
    /// Asked with what would be lost before more than half of the files of one side are removed.
    package let mayRemove: @Sendable (String) async -> Bool

    /// Describes it.
    package init(
        machine: MachineName, part: FilePath?, sends: Bool, base: FilePath,
        mayRemove: @escaping @Sendable (String) async -> Bool
    ) {
        self.machine = machine
        self.part = part
        self.sends = sends
        self.base = base
        self.mayRemove = mayRemove
    }
}

/// What came of bringing the two sides of a folder together.
package struct ReturnResult: Hashable, Sendable {
    /// A file that both sides had changed.
    package struct Conflict: Hashable, Sendable {
        /// Its path in the folder; the host's own stays there.
        package let path: FilePath
        /// The path in the folder under which the machine's is kept.
        package let copy: FilePath

        /// Names it.
        package init(path: FilePath, copy: FilePath) {
            self.path = path
            self.copy = copy
        }
    }

    /// How many files came from the machine.
    package var fetched = 0
    /// How many files were removed here, as they are gone in the machine.
    package var removedHere = 0
    /// How many files went into the machine.
    package var sent = 0
    /// How many files were removed in the machine, as they are gone here.
    package var removedThere = 0
    /// The files that both sides had changed.
    package var conflicts: [Conflict] = []

    /// Nothing was to be done.
    package init() {}
}

/// Brings changes of folders back from machines.
package protocol FolderReturner: Sendable {
    /// Brings what has changed in the machine since both sides were last equal to this host, and the reverse where the order
    /// says so. What both have changed is kept twice, what either has changed is never removed, and what an exclude names is
    /// neither looked at nor removed. Repeating it completes what was broken off.
    func bringBack(
        _ folder: SyncedFolder, _ order: ReturnOrder, from endpoint: SSHEndpoint, over communicator: any Communicator
    ) async throws(SyncError) -> ReturnResult
}
