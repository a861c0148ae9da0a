import DevenvModel

/// The list of a catalog's boxes: its `catalog.json`.
package struct CatalogIndex: Hashable, Sendable {
    /// The name of its file.
    package static let fileName = "catalog.json"
    private static let schema: Int64 = 1

    /// What people call the catalog; nil for nothing.
    package let name: String?
    /// The key that signs it, in OpenSSH's form; nil for none.
    package let key: PublicKey?
    /// Where it is served, for files that Vagrant reads; nil for where it lies.
    package let url: String?
    /// The listings' files, relative to this one, by the boxes' names.
    package let boxes: [String: String]
    /// How its key came to be another, the oldest first.
    package let handovers: [KeyHandover]
    /// What is said of the boxes' newest versions, by the boxes' names, as it stands there: `NewestVersions` reads it. Nothing
    /// is said of boxes that were published by hand, or by a devenv that did not know of it.
    var newest: [String: JSONValue]

    init(
        name: String? = nil, key: PublicKey? = nil, url: String? = nil, boxes: [String: String] = [:],
        handovers: [KeyHandover] = [], newest: [String: JSONValue] = [:]
    ) {
        self.handovers = handovers
        self.newest = newest
        self.name = name
        self.key = key
        self.url = url
        self.boxes = boxes
    }

    init(_ text: CatalogText, _ root: JSONValue) throws(CatalogError) {
        try text.requireObject(root, "a catalog")
        let schema = try text.optionalNumber("schema", of: root) ?? Self.schema
        guard schema == Self.schema else {
            throw text.refusal(
                root["schema"]?.offset ?? 0, "the catalog has the format \(schema), and this devenv knows format 1",
                help: "use a newer devenv")
        }
        name = try text.optionalText("name", of: root)
        url = try text.optionalText("url", of: root)
        key = try Self.key(root, text)
        var handovers: [KeyHandover] = []
        for value in root["handovers"]?.elements ?? [] { handovers.append(try KeyHandover(text, value)) }
        self.handovers = handovers
        var boxes: [String: String] = [:]
        let list = root["boxes"] ?? .object([])
        try text.requireObject(list, "'boxes'")
        for member in list.members {
            guard BoxReference.isName(member.key) else {
                throw text.refusal(member.value.offset, "'\(member.key)' can't be the name of a box")
            }
            guard case .text(let path) = member.value.content, Self.isInside(path) else {
                throw text.refusal(
                    member.value.offset, "the file of '\(member.key)' must be a path below the catalog's own")
            }
            boxes[member.key] = path
        }
        self.boxes = boxes
        newest = Dictionary((root["newest"]?.members ?? []).map { ($0.key, $0.value) }) { $1 }
    }

    private static func key(_ root: JSONValue, _ text: CatalogText) throws(CatalogError) -> PublicKey? {
        guard let written = try text.optionalText("key", of: root) else { return nil }
        guard let key = PublicKey(parsing: written) else {
            throw text.refusal(root["key"]?.offset ?? 0, "'key' is no public key in the form of OpenSSH")
        }
        return key
    }

    /// Whether a path leads nowhere but below its beginning.
    static func isInside(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty && !part.elementsEqual("..".utf8) && !part.elementsEqual(".".utf8) && !part.contains(0)
        }
    }

    /// The file's content; boxes in the order of their names.
    func rendered() -> [UInt8] {
        JSONValue.object([
            ("schema", .number(Self.schema)), ("name", name.map(JSONValue.text)), ("url", url.map(JSONValue.text)),
            ("key", key.map { .text($0.description) }),
            ("handovers", handovers.isEmpty ? nil : JSONValue(.list(handovers.map(\.json)))),
            ("boxes", .object(boxes.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })),
            ("newest", newest.isEmpty ? nil : .object(newest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
        ]).rendered()
    }
}
