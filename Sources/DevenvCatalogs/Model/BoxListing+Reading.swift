import DevenvCrypto
import DevenvModel

extension BoxListing {
    /// Reads Vagrant's JSON of a box; keys that it does not know are passed over. `name` is the file's own, for messages.
    ///
    /// Throws `.invalid` with the line and column of what is wrong.
    package init(reading bytes: [UInt8], from name: String) throws(CatalogError) {
        let text = CatalogText(name: name, bytes: bytes)
        try self.init(text, try text.parse())
    }

    init(_ text: CatalogText, _ root: JSONValue) throws(CatalogError) {
        try text.requireObject(root, "a box's catalog")
        name = try text.text("name", of: root, "the box")
        guard BoxReference.isName(name) else {
            throw text.refusal(root["name"]?.offset ?? 0, "'\(name)' can't be the name of a box")
        }
        description = try text.optionalText("description", of: root) ?? ""
        guard root["versions"] != nil else { throw text.refusal(root.offset, "the box lacks the key 'versions'") }
        var versions: [Version] = []
        for value in try text.list("versions", of: root) {
            if let version = try Self.version(value, text) { versions.append(version) }
        }
        self.versions = versions.sorted { $0.version > $1.version }
    }

    /// Nil for a version that was taken back.
    private static func version(_ value: JSONValue, _ text: CatalogText) throws(CatalogError) -> Version? {
        try text.requireObject(value, "a version")
        let written = try text.text("version", of: value, "a version")
        guard let version = BoxVersion(parsing: written) else {
            throw text.refusal(value["version"]?.offset ?? value.offset, "'\(written)' can't be the version of a box")
        }
        let status = try text.optionalText("status", of: value)
        guard status != "revoked", status != "unreleased" else { return nil }
        var offers: [Offer] = []
        for value in try text.list("providers", of: value) { offers.append(try offer(value, text)) }
        return Version(version: version, offers: offers)
    }

    private static func offer(_ value: JSONValue, _ text: CatalogText) throws(CatalogError) -> Offer {
        try text.requireObject(value, "a provider")
        let own = value["devenv"] ?? .object([])
        try text.requireObject(own, "'devenv'")
        let architecture = try text.optionalText("architecture", of: value)
        // Vagrant can't use a path relative to the catalog, so that devenv has it beside what Vagrant uses
        let path = try text.optionalText("path", of: own)
        let url = if let path { path } else { try text.text("url", of: value, "a provider") }
        return Offer(
            provider: try text.text("name", of: value, "a provider"), url: url,
            checksum: try checksum(value, text), architecture: architecture.map(ProcessorName.debian),
            isDefault: value["default_architecture"]?.content == .bool(true),
            digest: try text.optionalText("digest", of: own), size: try text.optionalNumber("size", of: own),
            user: try text.optionalText("user", of: own))
    }

    /// An empty checksum is none, as in Vagrant; a type without a value too.
    private static func checksum(_ value: JSONValue, _ text: CatalogText) throws(CatalogError) -> Checksum? {
        let digits = try text.optionalText("checksum", of: value) ?? ""
        guard !digits.allSatisfy(\.isWhitespace), let place = value["checksum"]?.offset else { return nil }
        let written = try text.optionalText("checksum_type", of: value) ?? ""
        // `SHA-256` is one of the ways in which people write it
        let type = written.lowercased().filter { !$0.isWhitespace && $0 != "-" }
        guard let algorithm = HashAlgorithm(rawValue: written) ?? HashAlgorithm(rawValue: type) else {
            throw text.refusal(
                value["checksum_type"]?.offset ?? place,
                type.isEmpty ? "a checksum has no 'checksum_type'" : "there is no checksum of the type '\(type)'",
                help: "md5, sha1, sha256, sha384 and sha512 are known")
        }
        if let checksum = Checksum(algorithm, hexadecimal: digits) { return checksum }
        throw text.refusal(
            place, "a checksum of the type \(algorithm.rawValue) has \(algorithm.digits) hexadecimal digits")
    }
}
