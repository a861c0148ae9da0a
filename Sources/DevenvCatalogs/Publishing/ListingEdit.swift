import DevenvModel

/// Changes to Vagrant's JSON of a box, which leave all that they do not concern as it is.
struct ListingEdit: Sendable {
    /// The listing's file as it is to be.
    private(set) var root: JSONValue

    /// Begins with a file, or with the listing of a box that has no version yet.
    init(_ root: JSONValue?, name: String) {
        self.root = root ?? .object([("name", .text(name)), ("versions", JSONValue(.list([])))])
    }

    /// The offer of a version for a provider and processor; nil for none.
    func offer(_ version: BoxVersion, _ provider: String, _ architecture: String?) -> JSONValue? {
        let versions = root["versions"]?.elements ?? []
        let found = versions.first { Self.version($0) == version }
        return found?["providers"]?.elements?.first { Self.isOffer($0, provider, architecture) }
    }

    /// Puts an offer in its place: of a version that is new before all lower ones.
    mutating func put(_ offer: JSONValue, _ version: BoxVersion, _ provider: String, _ architecture: String?) {
        var versions = root["versions"]?.elements ?? []
        let index = versions.firstIndex { Self.version($0) == version } ?? Self.place(version, in: &versions)
        var offers = versions[index]["providers"]?.elements ?? []
        if let old = offers.firstIndex(where: { Self.isOffer($0, provider, architecture) }) {
            offers[old] = offer
        } else {
            offers.append(offer)
        }
        versions[index]["providers"] = JSONValue(.list(offers))
        root["versions"] = JSONValue(.list(versions))
    }

    /// Makes the addresses of all files that were published here begin with another one.
    mutating func move(to base: (String) -> String) {
        var versions = root["versions"]?.elements ?? []
        for index in versions.indices {
            let offers = (versions[index]["providers"]?.elements ?? []).map { offer in
                guard case .text(let path) = offer["devenv"]?["path"]?.content else { return offer }
                var offer = offer
                offer["url"] = .text(base(path))
                return offer
            }
            versions[index]["providers"] = JSONValue(.list(offers))
        }
        root["versions"] = JSONValue(.list(versions))
    }

    /// The paths of all files that were published here.
    var paths: Set<String> {
        let offers = (root["versions"]?.elements ?? []).flatMap { $0["providers"]?.elements ?? [] }
        return Set(
            offers.compactMap { if case .text(let path) = $0["devenv"]?["path"]?.content { path } else { nil } })
    }

    private static func place(_ version: BoxVersion, in versions: inout [JSONValue]) -> Int {
        let index = versions.firstIndex { Self.version($0).map { $0 < version } ?? false } ?? versions.count
        let new = JSONValue.object([("version", .text(version.text)), ("providers", JSONValue(.list([])))])
        versions.insert(new, at: index)
        return index
    }

    private static func version(_ value: JSONValue) -> BoxVersion? {
        switch value["version"]?.content {
        case .text(let text), .number(let text): BoxVersion(parsing: text)
        default: nil
        }
    }

    private static func isOffer(_ value: JSONValue, _ provider: String, _ architecture: String?) -> Bool {
        guard value["name"]?.content == .text(provider) else { return false }
        guard case .text(let written) = value["architecture"]?.content else { return architecture == nil }
        return ProcessorName.debian(written) == architecture
    }
}
