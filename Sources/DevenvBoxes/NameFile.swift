import DevenvCrypto
import DevenvModel
import DevenvPluginAPI

/// What a name stands for: the content of its file. There is at most one image for each version, format and architecture.
struct NameFile: Hashable, Sendable, Codable {
    /// What `schema` is in files that are written now. Files of schema 1 hold one entry, of a tree, and those of schema 2 at
    /// most one of each format.
    static let schema = 3

    private(set) var schema = NameFile.schema
    /// By format, then from the lowest version on.
    private(set) var images: [NameEntry] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        switch try values.decode(Int.self, forKey: .schema) {
        case 1: images = [NameEntry(try FirstEntry(from: decoder))]
        case 2, Self.schema: images = try values.decode([NameEntry].self, forKey: .images).sorted()
        case let other: throw UnknownSchema(number: other)
        }
    }

    /// The entry that another one would take the place of.
    func rival(of entry: NameEntry) -> NameEntry? { images.first { $0.isRival(of: entry) } }

    /// Adds an entry, in place of its rival.
    mutating func put(_ entry: NameEntry) {
        images.removeAll { $0.isRival(of: entry) }
        images.append(entry)
        images.sort()
    }

    /// Removes entries and returns them.
    mutating func remove(where isMeant: (NameEntry) -> Bool) -> [NameEntry] {
        let removed = images.filter(isMeant)
        images.removeAll(where: isMeant)
        return removed
    }

    /// A file that another version of devenv wrote.
    struct UnknownSchema: Error {
        let number: Int
    }
}

/// One image that a name stands for, and what was said of it when it came.
struct NameEntry: Hashable, Sendable, Codable {
    var format: BoxImage.Format
    var digest: ImageDigest
    var version: String?
    /// The processor that its programs are for; nil where nothing told it.
    var architecture: String?
    var user: String
    /// The login key of `ImageLayout.loginKey`; nil for none.
    var loginKey: String?
    /// The address that the first network interface has to have.
    var baseMAC: MACAddress?
    /// What its machines get where nobody says otherwise.
    var defaults: BoxDefaults?
    /// What its makers say of it, for people to read.
    var info: [String: String]?
    /// Where the catalog is that it came from; nil for one that came from no catalog.
    var catalog: String?
    /// What the file that it came in was compared with.
    var checksum: Checksum?
    /// What the file that it came in looked like.
    var stamp: FileStamp?
    var created: Int
    var source: String

    /// Its version, as far as it is one that can be compared.
    var order: BoxVersion? { version.flatMap(BoxVersion.init(parsing:)) }

    /// Whether only one of the two can be there under a name.
    func isRival(of other: NameEntry) -> Bool {
        guard format == other.format, architecture == other.architecture else { return false }
        return version == other.version || order != nil && order == other.order
    }

    /// The box, given its image.
    func record(named name: String, _ image: ImageRecord, isShared: Bool) -> BoxRecord {
        BoxRecord(
            name: name, version: version, architecture: architecture ?? image.architecture, user: user,
            hasKnownKey: loginKey != nil, baseMAC: baseMAC, defaults: defaults ?? BoxDefaults(),
            info: info ?? [:], catalog: catalog, checksum: checksum,
            created: created, source: source, isShared: isShared, image: image)
    }
}

extension NameEntry: Comparable {
    /// By format, version (none, or none that can be compared, is the lowest), architecture.
    static func < (left: NameEntry, right: NameEntry) -> Bool {
        if left.format != right.format { return left.format.rawValue < right.format.rawValue }
        switch (left.order, right.order) {
        case (nil, .some): return true
        case (.some, nil): return false
        case (let one?, let other?) where one != other: return one < other
        default: return (left.version ?? "", left.architecture ?? "") < (right.version ?? "", right.architecture ?? "")
        }
    }
}

/// What files of schema 1 hold.
private struct FirstEntry: Decodable {
    let digest: ImageDigest
    let version: String?
    let architecture: String?
    let user: String
    let created: Int
    let source: String
}

extension NameEntry {
    fileprivate init(_ entry: FirstEntry) {
        self.init(
            format: .directories, digest: entry.digest, version: entry.version, architecture: entry.architecture,
            user: entry.user, created: entry.created, source: entry.source)
    }
}
