import DevenvHost
package import DevenvPluginAPI
import SystemPackage

extension BoxStore {
    /// Removes a name, or what it stands for in one format, and the images that no other name stands for and no machine needs.
    ///
    /// Throws `.inUse`, naming the machines, where some need an image that no other name stands for, unless `force`;
    /// then the name goes and the image stays until they are gone. Throws `.missing` for what is not there.
    package func remove(_ name: String, format: BoxImage.Format? = nil, force: Bool = false) async throws(BoxError) {
        guard HostFiles.exists(layout.nameFile(name)) else { throw .missing(removing: name) }
        try await exclusively("removing the box '\(name)'") { () throws(BoxError) in
            if !force { try checkUnused(name, format) }
            try unname(name, format)
            FaultPoint.reach("boxes.remove.unnamed")
            try collect()
        }
        try await sweep()
    }

    private func unname(_ name: String, _ format: BoxImage.Format?) throws(BoxError) {
        let path = layout.nameFile(name)
        if let format {
            var file = try nameFile(name) ?? NameFile()
            guard file[format] != nil else { throw .missing(removing: name, format) }
            file[format] = nil
            if !file.images.isEmpty { return try write(file, to: path) }
        }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(path) }
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

    private func checkUnused(_ name: String, _ format: BoxImage.Format?) throws(BoxError) {
        // a record that can't be read may always go
        guard let removed = try? nameFile(name)?.images.filter({ format == nil || $0.format == format }) else { return }
        let needed = try namedDigests(without: name)
        var users: Set<String> = []
        for entry in removed where !needed.contains(entry.digest) {
            users.formUnion(try self.users(of: layout.image(entry.digest)))
        }
        guard !users.isEmpty else { return }
        throw BoxError(
            .inUse, "removing the box '\(name)': in use by \(users.sorted().joined(separator: ", "))",
            help: "destroy these machines first, or use --force: the name goes and they keep the image")
    }

    private func namedDigests(without excluded: String? = nil) throws(BoxError) -> Set<ImageDigest> {
        var digests: Set<ImageDigest> = []
        for name in try names() where name != excluded {
            digests.formUnion(try nameFile(name)?.images.map(\.digest) ?? [])
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

extension BoxError {
    fileprivate static func missing(removing name: String, _ format: BoxImage.Format? = nil) -> BoxError {
        BoxError(
            .missing, "removing the box '\(name)': there is no such \(format?.noun ?? "box")",
            help: "run 'devenv box list' to see what is there")
    }
}
