import DevenvHost
import SystemPackage

extension BoxStore {
    /// Removes a name, and its image where no other name stands for it and no machine needs it.
    ///
    /// Throws `.inUse`, naming the machines, where some need the image and no other name stands for it, unless `force`;
    /// then the name goes and the image stays until they are gone. Throws `.missing` for a name that is not there.
    package func remove(_ name: String, force: Bool = false) async throws(BoxError) {
        guard HostFiles.exists(layout.nameFile(name)) else {
            throw BoxError(
                .missing, "removing the box '\(name)': there is no such box",
                help: "run 'devenv box list' to see what is there")
        }
        try await exclusively("removing the box '\(name)'") { () throws(BoxError) in
            if !force { try checkUnused(name) }
            try BoxError.wrap { () throws(HostError) in try HostFiles.remove(layout.nameFile(name)) }
            FaultPoint.reach("boxes.remove.unnamed")
            try collect()
        }
        try await sweep()
    }

    /// Removes the images that no name stands for and no machine needs, and what broken-off commands left.
    package func collectGarbage() async throws(BoxError) {
        guard HostFiles.exists(layout.images) else { return }
        try await exclusively("cleaning the box store") { () throws(BoxError) in try collect() }
        try await sweep()
    }

    /// Moves images that nobody needs out of sight; `sweep`, or the next box, removes them. Only under the store's lock.
    func collect() throws(BoxError) {
        try removeTornNames()
        let named = try namedDigests()
        for name in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(layout.images) }) {
            guard let digest = layout.digest(directory: name), !named.contains(digest) else { continue }
            try discard(layout.image(digest))
        }
    }

    /// Removes what a process that was killed while it wrote a name has left.
    private func removeTornNames() throws(BoxError) {
        try BoxError.wrap { () throws(HostError) in
            for file in try HostFiles.list(layout.names) where layout.name(file: file) == nil {
                try HostFiles.remove(layout.names.appending(file))
            }
        }
    }

    private func checkUnused(_ name: String) throws(BoxError) {
        guard let digest = try? nameEntry(name)?.digest else { return }  // a record that can't be read may always go
        guard try namedDigests(without: name).contains(digest) == false else { return }
        let users = try users(of: layout.image(digest))
        guard !users.isEmpty else { return }
        throw BoxError(
            .inUse, "removing the box '\(name)': in use by \(users.joined(separator: ", "))",
            help: "destroy these machines first, or use --force: the name goes and they keep the image")
    }

    private func namedDigests(without excluded: String? = nil) throws(BoxError) -> Set<TreeDigest> {
        var digests: Set<TreeDigest> = []
        for file in try BoxError.wrap({ () throws(HostError) in try HostFiles.list(layout.names) }) {
            guard let name = layout.name(file: file), name != excluded else { continue }
            if let entry = try nameEntry(name) { digests.insert(entry.digest) }
        }
        return digests
    }

    /// Moves an image away unless a machine needs it. A machine may say so between the first look and the move, which
    /// takes no lock; it is seen in the second look, and the image goes back.
    private func discard(_ image: ImageLayout) throws(BoxError) {
        guard try users(of: image).isEmpty else { return }
        let moved = ImageLayout(root: layout.staging.appending(image.root.lastComponent?.string ?? "image"))
        try BoxError.wrap { () throws(HostError) in try HostFiles.rename(image.root, to: moved.root) }
        FaultPoint.reach("boxes.remove.moved")
        guard try !users(of: moved).isEmpty else { return }
        try BoxError.wrap { () throws(HostError) in try HostFiles.rename(moved.root, to: image.root) }
    }

    /// Removes what `collect` and processes that were killed have left in the staging directory.
    func sweep() async throws(BoxError) {
        try await exclusively("cleaning the box store") { () throws(BoxError) in
            try BoxError.wrap { () throws(HostError) in try Staging.removeAbandoned(in: layout) }
        }
    }
}
