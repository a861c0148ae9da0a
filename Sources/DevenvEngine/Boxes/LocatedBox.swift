import DevenvBoxes
import DevenvCatalogs
import DevenvCrypto
import DevenvDownload
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import SystemPackage

/// A box that an Envfile names by where it is: a file, a directory, an address, or a reference to a registry.
struct LocatedBox: Hashable, Sendable {
    /// Where a box is.
    enum Place: Hashable, Sendable {
        case path(FilePath)
        case web(WebAddress)
        case image(ImageReference)
    }

    /// What names of such boxes in the store begin with.
    private static let folder = "located/"

    /// As the Envfile writes it; the lock file calls it so.
    let text: String
    let place: Place

    /// Reads a reference; nil for the name of a box. Relative paths begin at `base`.
    init?(_ reference: BoxReference, base: FilePath) throws(CatalogError) {
        text = reference.description
        switch reference {
        case .named: return nil
        case .image:
            guard let image = ImageReference(text, base: base) else { throw .noImage(text) }
            place = .image(image)
        case .location(let location):
            if let address = WebAddress(location) {
                place = .web(address)
            } else if let image = ImageReference(location, base: base) {
                place = .image(image)
            } else if location.hasPrefix("file:///") {
                place = .path(FilePath(String(location.dropFirst(7))))
            } else if location.contains("://") {
                throw .noImage(text)
            } else {
                place = .path(base.pushing(FilePath(location)).lexicallyNormalized())
            }
        }
    }

    /// What is known of it without getting it.
    struct Sight: Hashable, Sendable {
        /// Where exactly it is: what a tag stands for now.
        let place: Place
        /// How many bytes it has there; nil where that is not known.
        let size: Int64?
        /// What it is; nil where only its content tells.
        let format: BoxImage.Format?

        /// Whether others get the same from there.
        var isForAll: Bool { catalog != nil }

        /// Where it comes from, as the store and the lock file note it; nil for what is on this host alone.
        var catalog: String? {
            switch place {
            case .web(let address): address.description
            case .image(.registry(let name)): "oci:\(name)"
            case .path, .image(.layout): nil
            }
        }
    }

    /// What the store calls what was seen: never the same for different things, as far as can be told from outside.
    func name(_ sight: Sight) -> String { namePrefix + (sight.stamp ?? Self.digest(sight.description)) }

    /// What the names of all states of it begin with.
    var namePrefix: String {
        let last = text.split(separator: "/").last ?? ""
        let word = String(last.prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        let place = Sight(place: place, size: nil, format: nil).description
        return "\(Self.folder)\(word.drop { $0 == "-" })-\(Self.digest(place))-"
    }

    /// Whether a box of the store is such a one, which belongs to no catalog.
    static func isName(_ name: String) -> Bool { name.hasPrefix(folder) }

    fileprivate static func digest(_ text: String) -> String {
        String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(8))
    }
}

extension LocatedBox.Sight: CustomStringConvertible {
    /// For people.
    var description: String {
        switch place {
        case .path(let path): path.string
        case .web(let address): address.description
        case .image(let image): image.description
        }
    }

    /// What tells the states of a file from each other; nil where the place does.
    fileprivate var stamp: String? {
        guard case .path(let path) = place else { return nil }
        return FileStamp(of: path).map { LocatedBox.digest($0.text) }
    }
}

extension CatalogError {
    fileprivate static func noImage(_ text: String) -> CatalogError {
        CatalogError(
            .invalid, "'\(text)' names no box",
            help: "write oci:REGISTRY/NAME:TAG, an address or a path, or the box's name")
    }
}
