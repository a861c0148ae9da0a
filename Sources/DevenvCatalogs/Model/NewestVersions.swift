import DevenvCrypto
package import DevenvModel
package import DevenvPluginAPI

/// The highest release that a catalog has of a box for each provider and processor: enough to tell whether there is a higher one
/// than one that is installed, and no more. Pure.
package struct NewestVersions: Hashable, Sendable {
    /// For whom files are.
    struct Kind: Hashable, Sendable {
        let provider: String
        let architecture: String?
        let isDefault: Bool

        /// Whether `OfferSelection` takes one for these.
        func suits(_ format: BoxImage.Format, _ architectures: [String]) -> Bool {
            guard CatalogProvider.format(provider) == format else { return false }
            guard let architecture else { return true }
            return architectures.contains(architecture) || architecture == "unknown" && isDefault
        }
    }

    let versions: [Kind: BoxVersion]

    /// Those of a listing.
    package init(_ listing: BoxListing) {
        var versions: [Kind: BoxVersion] = [:]
        // the first of each kind is the highest
        for version in listing.versions where VersionConstraint.any.admits(version.version) {
            for offer in version.offers {
                let kind = Kind(
                    provider: offer.provider, architecture: offer.architecture, isDefault: offer.isDefault)
                if versions[kind] == nil { versions[kind] = version.version }
            }
        }
        self.versions = versions
    }

    /// The version that `OfferSelection` chooses without a constraint; nil where it finds nothing.
    package func version(for format: BoxImage.Format, on architectures: [String]) -> BoxVersion? {
        versions.lazy.filter { $0.key.suits(format, architectures) }.map(\.value).max()
    }
}

// What stands in a catalog's list.
extension NewestVersions {
    private static let listing = "listing"
    private static let files = "files"

    /// Reads what is said of a listing; nil for what was written in another way.
    init?(_ json: JSONValue) {
        guard let elements = json[Self.files]?.elements else { return nil }
        var versions: [Kind: BoxVersion] = [:]
        for value in elements {
            guard case .text(let provider) = value["name"]?.content, case .text(let text) = value["version"]?.content,
                let version = BoxVersion(parsing: text)
            else { return nil }
            let architecture: String?
            switch value["architecture"]?.content {
            case nil: architecture = nil
            case .text(let name): architecture = name
            default: return nil
            }
            versions[Kind(provider: provider, architecture: architecture, isDefault: value.isDefault)] = version
        }
        self.versions = versions
    }

    /// What is said of a listing of these bytes.
    func json(_ bytes: [UInt8]) -> JSONValue {
        let sorted = versions.sorted {
            ($0.key.provider, $0.key.architecture ?? "", $0.key.isDefault ? 1 : 0)
                < ($1.key.provider, $1.key.architecture ?? "", $1.key.isDefault ? 1 : 0)
        }
        let files = sorted.map { kind, version in
            JSONValue.object([
                ("name", .text(kind.provider)), ("architecture", kind.architecture.map(JSONValue.text)),
                ("default_architecture", kind.isDefault ? JSONValue(.bool(true)) : nil),
                ("version", .text(version.text)),
            ])
        }
        return .object([(Self.listing, .text(Self.digest(of: bytes))), (Self.files, JSONValue(.list(files)))])
    }

    /// Whether something is said of a listing with this digest.
    static func isAbout(_ digest: String?, _ json: JSONValue) -> Bool {
        digest.map { json[listing]?.content == .text($0) } ?? false
    }

    /// What tells a listing from any other.
    static func digest(of bytes: [UInt8]) -> String { "sha256:" + SHA256.hexadecimal(of: bytes) }
}

extension JSONValue {
    fileprivate var isDefault: Bool { self["default_architecture"]?.content == .bool(true) }
}
