import DevenvCrypto
package import DevenvHost
package import SystemPackage

/// A box as a project's lock file pins it.
package struct LockedBox: Hashable, Sendable {
    /// The box's name.
    package let name: String
    /// Which versions the Envfile asks for; nil where it says nothing.
    package let constraint: String?
    /// The format: `directories`, `qcow2` or `ovf`.
    package let format: String
    /// The processor; nil where nothing is known.
    package let architecture: String?
    /// The version that machines start from; nil for a box without one.
    package let version: String?
    /// The digest of its image.
    package let digest: String
    /// The catalog that it came from.
    package let catalog: String

    /// Describes it.
    package init(
        name: String, constraint: String?, format: String, architecture: String?, version: String?, digest: String,
        catalog: String
    ) {
        self.name = name
        self.constraint = constraint
        self.format = format
        self.architecture = architecture
        self.version = version
        self.digest = digest
        self.catalog = catalog
    }

    /// What the Envfile asks for: of these there is one.
    fileprivate var key: [String] { [name, constraint ?? "", format, architecture ?? ""] }
}

/// The lock file of a project: which image each box of its Envfile is, for everybody who works with it.
package struct EnvfileLock: Hashable, Sendable {
    private static let schema: Int64 = 1

    /// The boxes, in the order of their names, constraints, formats and processors.
    package private(set) var boxes: [LockedBox] = []

    /// Pins nothing.
    package init() {}

    /// Where the lock file of an Envfile is.
    package static func path(of envfile: FilePath) -> FilePath { FilePath(envfile.string + ".lock") }

    /// What is pinned for a box of the Envfile, in one of some formats and for one of some processors, the preferred ones first.
    package func box(
        _ name: String, constraint: String?, formats: [String], architectures: [String]
    ) -> LockedBox? {
        let found = boxes.filter { $0.name == name && $0.constraint == constraint }
        for format in formats {
            let suitable = found.filter { $0.format == format }
            for architecture in architectures {
                if let box = suitable.first(where: { $0.architecture == architecture }) { return box }
            }
            if let box = suitable.first(where: { $0.architecture == nil }) { return box }
        }
        return nil
    }

    /// Pins a box, in place of what was pinned for the same wish.
    package mutating func pin(_ box: LockedBox) {
        boxes.removeAll { $0.key == box.key }
        boxes.append(box)
        boxes.sort { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Reads a lock file; nil where there is none. Throws `.invalid` with the line and column of what is wrong.
    package static func read(_ path: FilePath) throws(CatalogError) -> EnvfileLock? {
        let attempt = "reading the lock file"
        let bytes = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(path, limit: 16 << 20) }
        guard let bytes else { return nil }
        let text = CatalogText(name: path.string, bytes: bytes)
        let root = try text.parse()
        try text.requireObject(root, "a lock file")
        let schema = try text.optionalNumber("schema", of: root)
        guard schema == Self.schema else {
            throw text.refusal(
                root["schema"]?.offset ?? 0, "the lock file has a format that this devenv does not know",
                help: "use the devenv that wrote it")
        }
        var lock = EnvfileLock()
        for value in try text.list("boxes", of: root) { lock.pin(try box(value, text)) }
        return lock
    }

    private static func box(_ value: JSONValue, _ text: CatalogText) throws(CatalogError) -> LockedBox {
        try text.requireObject(value, "a box")
        let digest = try text.text("digest", of: value, "a box")
        guard digest.hasPrefix("sha256:"), digest.utf8.count == 71,
            digest.utf8.dropFirst(7).allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { throw text.refusal(value["digest"]?.offset ?? value.offset, "'\(digest)' is no digest of an image") }
        return LockedBox(
            name: try text.text("name", of: value, "a box"),
            constraint: try text.optionalText("constraint", of: value),
            format: try text.text("format", of: value, "a box"),
            architecture: try text.optionalText("architecture", of: value),
            version: try text.optionalText("version", of: value), digest: digest,
            catalog: try text.text("catalog", of: value, "a box"))
    }

    /// Pins boxes in a file: what others have pinned meanwhile stays. A file that says so already is not touched.
    package static func pin(
        _ boxes: [LockedBox], in path: FilePath, of host: HostDirectories
    ) async throws(CatalogError) {
        guard !boxes.isEmpty else { return }
        try await change(path, of: host) { lock in boxes.forEach { lock.pin($0) } }
    }

    /// Takes boxes out of a file; gives what they were. A file that has none of them is not touched.
    package static func drop(
        in path: FilePath, of host: HostDirectories, where isUnused: (LockedBox) -> Bool
    ) async throws(CatalogError) -> [LockedBox] {
        var dropped: [LockedBox] = []
        try await change(path, of: host) { lock in
            dropped = lock.boxes.filter(isUnused)
            lock.boxes.removeAll(where: isUnused)
        }
        return dropped
    }

    /// Whoever writes holds a lock among the host's own files: nothing of it is left beside the Envfile.
    private static func change(
        _ path: FilePath, of host: HostDirectories, _ body: (inout EnvfileLock) -> Void
    ) async throws(CatalogError) {
        let attempt = "writing the lock file '\(path)'"
        let directory = host.data.appending("locks")
        let name = "envfile-\(SHA256.hexadecimal(of: Array(path.string.utf8)).prefix(16))"
        let lock: FileLock?
        do throws(HostError) {
            try HostFiles.makeDirectory(directory)
            lock = try await FileLock.awaiting(
                directory.appending(name), command: "devenv up", timeout: .seconds(30))
        } catch { throw .file(error, attempt) }
        guard let lock else { throw CatalogError(.failed, "\(attempt): another process has it locked") }
        defer { extendLifetime(lock) }
        let old = try read(path)
        var new = old ?? EnvfileLock()
        body(&new)
        guard new != old ?? EnvfileLock() else { return }
        FaultPoint.reach("catalogs.lock.before")
        try CatalogError.wrap(attempt) { () throws(HostError) in try AtomicFile.write(new.rendered(), to: path) }
        FaultPoint.reach("catalogs.lock.after")
    }

    private func rendered() -> [UInt8] {
        JSONValue.object([
            ("schema", .number(Self.schema)),
            (
                "boxes",
                JSONValue(
                    .list(
                        boxes.map { box in
                            .object([
                                ("name", .text(box.name)), ("constraint", box.constraint.map(JSONValue.text)),
                                ("format", .text(box.format)), ("architecture", box.architecture.map(JSONValue.text)),
                                ("version", box.version.map(JSONValue.text)), ("digest", .text(box.digest)),
                                ("catalog", .text(box.catalog)),
                            ])
                        }))
            ),
        ]).rendered()
    }
}
