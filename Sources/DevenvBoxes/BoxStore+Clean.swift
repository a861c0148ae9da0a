import DevenvHost
package import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// What a cleaning removed, or would remove.
    package struct Cleaning: Hashable, Sendable {
        /// The digests of the images.
        package var images: [String] = []
        /// The boxes that are no longer there, or would not be: their names and what was removed of each.
        package var boxes: [BoxRecord] = []
        /// How many half-made images, of commands that were killed.
        package var abandoned = 0
        /// How much of the disk is free again.
        package var freed = ByteCount(bytes: 0)
    }

    /// Removes the images that no name stands for and no machine needs, what broken-off commands left, and where it is said
    /// the packages that builds have fetched. With `isRehearsal` it only says what it would remove.
    @discardableResult
    package func collectGarbage(packages: Bool = false, isRehearsal: Bool = false) async throws(BoxError) -> Cleaning {
        guard HostFiles.exists(layout.images) else { return Cleaning() }
        var bytes: Int64 = 0
        var cleaning = Cleaning()
        if packages { bytes += try removePackages(isRehearsal) }
        try await exclusively("cleaning the box store") { () throws(BoxError) in
            cleaning.images = try unneeded().map(\.description)
            let abandoned = try BoxError.wrap { () throws(HostError) in try Staging.abandoned(in: layout) }
            cleaning.abandoned = abandoned.count
            for directory in abandoned { bytes += DiskUsage.bytes(below: directory) }
            for digest in isRehearsal ? try unneeded() : [] {
                bytes += DiskUsage.bytes(below: layout.image(digest).root)
            }
            if !isRehearsal { bytes += try collect() }
        }
        if !isRehearsal { try await sweep() }
        cleaning.freed = ByteCount(bytes: bytes)
        return cleaning
    }

    /// Removes the packages of those releases that no build works with now.
    private func removePackages(_ isRehearsal: Bool) throws(BoxError) -> Int64 {
        try BoxError.wrap { () throws(HostError) in
            var bytes: Int64 = 0
            for name in try HostFiles.list(layout.packageCache) where !name.contains(".") {
                let directory = layout.packageCache.appending(name)
                let attempt = try FileLock.attempt(FilePath(directory.string + ".lock"), command: "devenv box gc")
                guard case .taken(let lock) = attempt else { continue }
                bytes += DiskUsage.bytes(below: directory)
                if !isRehearsal { try HostFiles.remove(directory) }
                extendLifetime(lock)
            }
            return bytes
        }
    }

    /// Which old versions are to go.
    package struct Pruning: Sendable {
        /// Only of this name; nil for all.
        package var name: String?
        /// Only those of this format and for this processor.
        package var filter: BoxFilter
        /// Whether those go too that machines use; the machines keep the images.
        package var takesUsed: Bool

        /// Describes them.
        package init(name: String? = nil, filter: BoxFilter = BoxFilter(), takesUsed: Bool = false) {
            self.name = name
            self.filter = filter
            self.takesUsed = takesUsed
        }
    }

    /// Removes old versions: of each name, format and processor all but the newest, and those that machines use. With
    /// `isRehearsal` it only says what it would remove.
    ///
    /// Throws `.missing` for a name that is not there.
    package func prune(_ pruning: Pruning, isRehearsal: Bool = false) async throws(BoxError) -> Cleaning {
        if let name = pruning.name, !HostFiles.exists(layout.nameFile(name)) {
            throw BoxError(
                .missing, "removing old versions of the box '\(name)': there is no such box",
                help: "run 'devenv box list' to see what is there")
        }
        guard HostFiles.exists(layout.names) else { return Cleaning() }
        let cleaning = try await exclusively("removing old versions of boxes") { () throws(BoxError) in
            try pruneLocked(pruning, isRehearsal)
        }
        if !isRehearsal { try await sweep() }
        return cleaning
    }

    private func pruneLocked(_ pruning: Pruning, _ isRehearsal: Bool) throws(BoxError) -> Cleaning {
        var cleaning = Cleaning()
        var bytes: Int64 = 0
        for name in try names(in: layout) where pruning.name ?? name == name {
            let old = try outdated(of: name, pruning)
            for entry in old { cleaning.boxes.append(try record(of: entry, named: name)) }
            let unneeded = try Set(unneeded(without: old, of: name)).intersection(old.map(\.digest))
            cleaning.images += unneeded.map(\.description).sorted()
            if isRehearsal {
                for digest in unneeded { bytes += DiskUsage.bytes(below: layout.image(digest).root) }
            } else if !old.isEmpty {
                try unname(old, name)
                FaultPoint.reach("boxes.prune.unnamed")
                bytes += try collect()
            }
        }
        cleaning.freed = ByteCount(bytes: bytes)
        return cleaning
    }

    /// The entries are in the order of their versions: the last one of each kind is the newest.
    private func outdated(of name: String, _ pruning: Pruning) throws(BoxError) -> [NameEntry] {
        let entries = try nameFile(name)?.images ?? []
        var old: [NameEntry] = []
        for (index, entry) in entries.enumerated() {
            let isNewest = !entries[(index + 1)...].contains {
                $0.format == entry.format && $0.architecture == entry.architecture
            }
            guard !isNewest, pruning.filter.admits(entry) else { continue }
            let isUsed = try !users(of: layout.image(entry.digest)).isEmpty
            if pruning.takesUsed || !isUsed { old.append(entry) }
        }
        return old
    }
}
