import DevenvPluginAPI

/// What a name stands for: the content of its file. There is at most one image for each format.
struct NameFile: Hashable, Sendable, Codable {
    /// What `schema` is in files that are written now. Files of schema 1 hold one entry, of a tree.
    static let schema = 2

    private(set) var schema = NameFile.schema
    /// In the order of the formats' names.
    private(set) var images: [NameEntry] = []

    /// The entry of a format.
    subscript(format: BoxImage.Format) -> NameEntry? {
        get { images.first { $0.format == format } }
        set {
            images.removeAll { $0.format == format }
            if let newValue { images.append(newValue) }
            images.sort { $0.format.rawValue < $1.format.rawValue }
        }
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(Int.self, forKey: .schema) {
        case 1: self[.directories] = try NameEntry(from: decoder)
        case Self.schema: images = try values.decode([NameEntry].self, forKey: .images)
        case let other: throw UnknownSchema(number: other)
        }
    }

    /// A file that another version of devenv wrote.
    struct UnknownSchema: Error {
        let number: Int
    }
}

/// What a name stands for in one format.
struct NameEntry: Hashable, Sendable, Codable {
    let format: BoxImage.Format
    let digest: ImageDigest
    let version: String?
    /// The processor that its programs are for; nil where nothing told it.
    let architecture: String?
    let user: String
    /// The login key of `ImageLayout.loginKey`; nil for none.
    let loginKey: String?
    let created: Int
    let source: String

    func record(named name: String, _ image: ImageRecord) -> BoxRecord {
        BoxRecord(
            name: name, version: version, architecture: architecture ?? image.architecture, user: user,
            hasKnownKey: loginKey != nil, created: created, source: source, image: image)
    }
}

extension NameEntry {
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            format: try values.decodeIfPresent(BoxImage.Format.self, forKey: .format) ?? .directories,
            digest: try values.decode(ImageDigest.self, forKey: .digest),
            version: try values.decodeIfPresent(String.self, forKey: .version),
            architecture: try values.decodeIfPresent(String.self, forKey: .architecture),
            user: try values.decode(String.self, forKey: .user),
            loginKey: try values.decodeIfPresent(String.self, forKey: .loginKey),
            created: try values.decode(Int.self, forKey: .created),
            source: try values.decode(String.self, forKey: .source))
    }
}
