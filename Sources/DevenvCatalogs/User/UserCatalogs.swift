import DevenvDownload
package import DevenvHost
import FoundationEssentials
import SystemPackage

/// A catalog that somebody asks for boxes.
package struct CatalogSource: Hashable, Sendable {
    /// Where it is.
    package let location: CatalogLocation
    /// The key that must have signed it; nil where nothing is said.
    package let key: PublicKey?

    /// Describes it.
    package init(_ location: CatalogLocation, key: PublicKey? = nil) {
        self.location = location
        self.key = key
    }
}

/// The catalogs that a user looks into, and the keys of all that were ever looked into: the file `catalogs.json` among the user's
/// settings.
package struct UserCatalogs: Sendable {
    private let file: FilePath

    /// Those of a host's user. Nothing is read yet.
    package init(directories: HostDirectories) {
        file = directories.configuration.appending("catalogs.json")
    }

    private struct Content: Codable {
        var schema = 1
        var catalogs: [Entry] = []
        /// The keys of catalogs that signed with them when they were first looked into.
        var pinned: [String: PublicKey] = [:]
    }

    private struct Entry: Codable {
        let location: String
        let key: PublicKey?
    }

    /// The catalogs, in the order in which they were added.
    package func list() throws(CatalogError) -> [CatalogSource] {
        var sources: [CatalogSource] = []
        for entry in try read().catalogs {
            sources.append(CatalogSource(Self.location(entry.location), key: entry.key))
        }
        return sources
    }

    /// Adds one, or changes its key. Returns whether it is new. `met` is the key that it was just met with for the first time.
    package func add(_ source: CatalogSource, met: PublicKey? = nil) async throws(CatalogError) -> Bool {
        try await change { content in
            let isNew = !content.catalogs.contains { $0.location == source.location.text }
            let entry = Entry(location: source.location.text, key: source.key)
            if let index = content.catalogs.firstIndex(where: { $0.location == entry.location }) {
                content.catalogs[index] = entry
            } else {
                content.catalogs.append(entry)
            }
            if source.key != nil {
                content.pinned[entry.location] = nil
            } else if content.pinned[entry.location] == nil {
                content.pinned[entry.location] = met
            }
            return isNew
        }
    }

    /// Removes one, by its location as it was given or as it is listed, and forgets its key. Throws `.missing` for one that is
    /// not there.
    package func remove(_ text: String) async throws(CatalogError) {
        let isThere = try await change { content in
            let names = content.catalogs.map(\.location)
            guard let index = names.firstIndex(where: { $0 == text || Self.location($0).description == text }) else {
                return false
            }
            content.pinned[names[index]] = nil
            content.catalogs.remove(at: index)
            return true
        }
        guard !isThere else { return }
        throw CatalogError(
            .missing, "removing the catalog '\(text)': it is none of yours",
            help: "run 'devenv catalog list' to see which are")
    }

    /// The key that a catalog was signed with when it was first looked into, or that it was added with; nil for none.
    package func key(of location: CatalogLocation) throws(CatalogError) -> PublicKey? {
        let content = try read()
        return content.catalogs.first { $0.location == location.text }?.key ?? content.pinned[location.text]
    }

    /// Remembers the key of a catalog that nothing was known of. The first one stays: throws `.untrusted` where another one was
    /// remembered meanwhile.
    package func pin(_ key: PublicKey, of location: CatalogLocation) async throws(CatalogError) {
        let known = try await change { content in
            let own = content.catalogs.first { $0.location == location.text }?.key
            let known = own ?? content.pinned[location.text] ?? key
            if own == nil { content.pinned[location.text] = known }
            return known
        }
        guard known != key else { return }
        throw CatalogError(
            .untrusted,
            "the catalog '\(location)' is signed with the key \(key.fingerprint), and \(known.fingerprint) has become known "
                + "for it meanwhile",
            help: "run the command again, and ask whoever publishes the catalog which key is right")
    }

    /// Remembers the key that follows the one that is remembered, or that the catalog was added with. One that is known from
    /// elsewhere, such as an Envfile, is nobody's to change here.
    package func move(_ location: CatalogLocation, from former: PublicKey, to key: PublicKey) async throws(CatalogError)
    {
        try await change { content in
            if content.pinned[location.text] == former { content.pinned[location.text] = key }
            for index in content.catalogs.indices
            where content.catalogs[index].location == location.text && content.catalogs[index].key == former {
                content.catalogs[index] = Entry(location: location.text, key: key)
            }
        }
    }

    /// What was written is taken as it is: a directory may be away for a while.
    private static func location(_ text: String) -> CatalogLocation {
        if text.hasPrefix("oci://") { return .registry(String(text.dropFirst(6))) }
        if let address = WebAddress(text) { return .web(address) }
        let path = FilePath(text)
        return HostFiles.kind(path) == .file ? .file(path) : .directory(path)
    }
}

extension UserCatalogs {
    private func read() throws(CatalogError) -> Content {
        let attempt = "reading your catalogs"
        let bytes = try CatalogError.wrap(attempt) { () throws(HostError) in try HostFiles.read(file, limit: 16 << 20) }
        guard let bytes else { return Content() }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)), content.schema == 1 else {
            throw CatalogError(
                .invalid, "\(attempt): '\(file)' is not a file of this version of devenv",
                help: "mend it, or remove it and add the catalogs again with 'devenv catalog add'")
        }
        return content
    }

    private func change<Value: Sendable>(_ body: (inout Content) -> Value) async throws(CatalogError) -> Value {
        let attempt = "writing your catalogs"
        let file = file
        let lock: FileLock?
        do throws(HostError) {
            try HostFiles.makeDirectory(file.removingLastComponent(), mode: .ownerReadWriteExecute)
            lock = try await FileLock.awaiting(
                file.removingLastComponent().appending("catalogs.lock"), command: "devenv catalog",
                timeout: .seconds(30))
        } catch { throw .file(error, attempt) }
        guard let lock else { throw CatalogError(.failed, "\(attempt): another process has them locked") }
        defer { extendLifetime(lock) }
        var content = try read()
        let value = body(&content)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(content) else {  // texts can always be encoded
            throw CatalogError(.failed, attempt)
        }
        // a location may hold a password
        try CatalogError.wrap(attempt) { () throws(HostError) in
            try AtomicFile.write(Array(data) + [0x0a], to: file, mode: .ownerReadWrite)
        }
        return value
    }
}
