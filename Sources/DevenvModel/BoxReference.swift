/// Which box a machine starts from, as the Envfile names it.
package enum BoxReference: Hashable, Sendable {
    /// A name in the store or in a catalog, with an optional version constraint: `debian/12@~> 12.0`.
    case named(String, constraint: String?)
    /// A path or URL of a box file or directory.
    case location(String)
    /// An image in an OCI registry: `oci:registry/name:tag`.
    case image(String)

    /// Reads a reference; nil for an empty name or constraint.
    package init?(parsing text: String) {
        if text.hasPrefix("oci:") {
            guard text.count > 4 else { return nil }
            self = .image(String(text.dropFirst(4)))
        } else if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.contains("://") {
            self = .location(text)
        } else {
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard Self.isName(parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
            self = .named(parts[0], constraint: parts.count == 2 ? parts[1] : nil)
        }
    }

    /// Whether a text may name a box: parts of letters, digits, `.`, `_` and `-`, not starting with a dot or hyphen,
    /// at most one slash between them.
    package static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                guard let first = part.first, first != ".", first != "-", part.count <= 100 else { return false }
                return part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
            }
    }
}

extension BoxReference: CustomStringConvertible {
    /// The text that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .named(let name, let constraint): constraint.map { "\(name)@\($0)" } ?? name
        case .location(let location): location
        case .image(let image): "oci:\(image)"
        }
    }
}
