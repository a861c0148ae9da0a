package import DevenvDiagnostics
package import SystemPackage

/// Which way changes of a synced folder go.
package enum SyncDirection: String, CaseIterable, Hashable, Sendable {
    /// From the host into the machine.
    case push
    /// From the machine to the host.
    case pull
    /// Both ways; what both sides have changed is kept twice.
    case both
}

/// A folder of the host that is kept equal in a machine.
package struct SyncedFolder: Sendable {
    /// The host's folder, absolute.
    package var source: Located<FilePath>
    /// The machine's folder, absolute.
    package var target: GuestPath
    /// rsync patterns that are left out, besides `.devenv/`.
    package var exclude: [String]
    /// Whether files that the host does not have are removed from the machine.
    package var delete: Bool
    /// The owner in the machine, nil for the SSH user.
    package var owner: String?
    /// The group in the machine, nil for the owner's own.
    package var group: String?
    /// Whether changes are sent as they happen.
    package var watch: Bool
    /// More arguments for rsync.
    package var arguments: [String]
    /// Which way changes go.
    package var direction: SyncDirection

    /// Makes a folder.
    package init(
        source: Located<FilePath>, target: GuestPath, exclude: [String] = [], delete: Bool = true, owner: String? = nil,
        group: String? = nil, watch: Bool = false, arguments: [String] = [], direction: SyncDirection = .push
    ) {
        self.source = source
        self.target = target
        self.exclude = exclude
        self.delete = delete
        self.owner = owner
        self.group = group
        self.watch = watch
        self.arguments = arguments
        self.direction = direction
    }

    /// The first of its arguments for rsync with which something else may be in the machine than here, so that a difference does
    /// not tell what has changed; nil where there is none.
    package var hindrance: String? {
        let harmless = ["--checksum", "-c", "--compress", "-z", "--whole-file", "-W"]
        let harmlessBeginnings = ["--exclude=", "--include=", "--bwlimit=", "--compress-", "--timeout="]
        return arguments.first { argument in
            !harmless.contains(argument) && !harmlessBeginnings.contains(where: argument.hasPrefix)
        }
    }
}
