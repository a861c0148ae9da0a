import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// Removes a name, or some of the images that it stands for, and the images that no other name stands for and no machine
    /// needs. Returns what the name no longer stands for.
    ///
    /// Throws `.inUse`, naming the machines, where some need an image that no other name stands for, unless `force`;
    /// then the name goes and the image stays until they are gone. Throws `.missing` for what is not there, `.notPermitted` for
    /// what the shared store alone has.
    @discardableResult
    package func remove(_ name: String, _ filter: BoxFilter = BoxFilter(), force: Bool = false)
        async throws(BoxError) -> [String]
    {
        guard HostFiles.exists(layout.nameFile(name)) else { throw try missing(name, filter) }
        let removed = try await exclusively("removing the box '\(name)'") { () throws(BoxError) in
            // a record that can't be read may always go
            guard let file = try? nameFile(name) else { return try removeUnreadable(name) }
            let removed = file.images.filter(filter.admits)
            guard !removed.isEmpty else { throw try missing(name, filter) }
            if !force { try checkUnused(removed, name) }
            try unname(removed, name)
            FaultPoint.reach("boxes.remove.unnamed")
            try collect()
            return removed.map(\.summary)
        }
        try await sweep()
        return removed
    }

    private func removeUnreadable(_ name: String) throws(BoxError) -> [String] {
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(layout.nameFile(name)) }
        try collect()
        return []
    }

    /// Takes entries out of a name, which goes with the last one. Only under the store's lock.
    func unname(_ entries: [NameEntry], _ name: String) throws(BoxError) {
        let path = layout.nameFile(name)
        var file = try nameFile(name) ?? NameFile()
        _ = file.remove(where: entries.contains)
        if !file.images.isEmpty { return try write(file, to: path) }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(path) }
    }

    private func checkUnused(_ removed: [NameEntry], _ name: String) throws(BoxError) {
        let needed = try namedDigests(without: removed, of: name)
        var users: Set<String> = []
        for entry in removed where !needed.contains(entry.digest) {
            users.formUnion(try self.users(of: layout.image(entry.digest)))
        }
        guard !users.isEmpty else { return }
        throw BoxError(
            .inUse, "removing the box '\(name)': in use by \(users.sorted().joined(separator: ", "))",
            help: "destroy these machines first, or use --force: the name goes and they keep the image")
    }

    private func missing(_ name: String, _ filter: BoxFilter) throws(BoxError) -> BoxError {
        let attempt = "removing the box '\(name)'"
        if let shared, try nameFile(name, in: shared)?.images.contains(where: filter.admits) == true {
            return BoxError(
                .notPermitted, "\(attempt): it is in the shared store '\(shared.root)'",
                help: "ask the host's administrator; nothing of it is in a store of your own")
        }
        return BoxError(
            .missing, "\(attempt): there is no such \(filter.noun)", help: "run 'devenv box list' to see what is there")
    }
}

// Images that nobody needs.
extension BoxStore {
    /// Moves images that nobody needs out of sight, and returns how much they took; `sweep`, or the next box, removes them. Only
    /// under the store's lock.
    @discardableResult
    func collect() throws(BoxError) -> Int64 {
        try removeTornNames()
        var bytes: Int64 = 0
        for digest in try unneeded() { bytes += try discard(layout.image(digest)) }
        return try bytes + collectLayers()
    }

    /// The images that no name stands for and no machine needs; `gone` are entries that don't count.
    func unneeded(without gone: [NameEntry] = [], of name: String = "") throws(BoxError) -> [ImageDigest] {
        let named = try namedDigests(without: gone, of: name)
        var digests: [ImageDigest] = []
        for directory in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(layout.images) }) {
            guard let digest = layout.digest(directory: directory), !named.contains(digest) else { continue }
            if try users(of: layout.image(digest)).isEmpty { digests.append(digest) }
        }
        return digests
    }

    /// Removes what a process that was killed while it wrote a name has left.
    private func removeTornNames() throws(BoxError) {
        try BoxError.wrap { () throws(HostError) in
            for file in try HostFiles.list(layout.names) where layout.name(file: file) == nil {
                try HostFiles.remove(layout.names.appending(file))
            }
        }
    }

    private func namedDigests(without gone: [NameEntry] = [], of name: String = "") throws(BoxError)
        -> Set<ImageDigest>
    {
        var digests: Set<ImageDigest> = []
        for other in try names(in: layout) {
            let entries = try nameFile(other)?.images ?? []
            digests.formUnion(entries.filter { other != name || !gone.contains($0) }.map(\.digest))
        }
        return digests
    }

    /// Moves an image away unless a machine needs it. A machine may say so between the first look and the move, which
    /// takes no lock; it is seen in the second look, and the image goes back.
    private func discard(_ image: ImageLayout) throws(BoxError) -> Int64 {
        guard try users(of: image).isEmpty else { return 0 }
        let moved = ImageLayout(root: layout.staging.appending(image.root.lastComponent?.string ?? "image"))
        try BoxError.wrap { () throws(HostError) in try HostFiles.rename(image.root, to: moved.root) }
        FaultPoint.reach("boxes.remove.moved")
        if try users(of: moved).isEmpty { return DiskUsage.bytes(below: moved.root) }
        try BoxError.wrap { () throws(HostError) in try HostFiles.rename(moved.root, to: image.root) }
        return 0
    }

    /// Removes what `collect` and processes that were killed have left in the staging directory.
    func sweep() async throws(BoxError) {
        try await exclusively("cleaning the box store") { () throws(BoxError) in
            try BoxError.wrap { () throws(HostError) in try Staging.removeAbandoned(in: layout) }
        }
    }
}
