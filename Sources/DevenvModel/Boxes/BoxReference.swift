/// Which box a machine starts from, as the Envfile names it.
package enum BoxReference: Hashable, Sendable {
    /// A name in the store or in a catalog, with an optional version constraint: `debian/12@~> 12.0`.
    case named(String, constraint: VersionConstraint?)
    /// A path or URL of a box file or directory.
    case location(String)
    /// An image in an OCI registry: `oci:registry/name:tag`.
    case image(String)

    /// Why a text is no reference.
    package enum Mistake: Error, Hashable, Sendable {
        /// It can't name anything.
        case name
        /// What follows the name is no version constraint.
        case constraint(String)
    }

    /// Reads a reference; nil where `init(reading:)` throws.
    package init?(parsing text: String) {
        do throws(Mistake) { try self.init(reading: text) } catch { return nil }
    }

    /// Reads a reference.
    package init(reading text: String) throws(Mistake) {
        if text.hasPrefix("oci:") {
            guard text.count > 4 else { throw .name }
            self = .image(String(text.dropFirst(4)))
        } else if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.contains("://") {
            self = .location(text)
        } else {
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard Self.isName(parts[0]) else { throw .name }
            let constraint = parts.count == 2 ? VersionConstraint(parsing: parts[1]) : nil
            guard parts.count == 1 || constraint != nil else { throw .constraint(parts[1]) }
            self = .named(parts[0], constraint: constraint)
        }
    }

    /// The name that the box has in the store and in a lock file: of one without a name what was written, in its place.
    package var nameInStore: String {
        if case .named(let name, _) = self { name } else { description }
    }

    /// The versions that it admits, where it says.
    package var constraint: VersionConstraint? {
        if case .named(_, let constraint) = self { constraint } else { nil }
    }

    /// Whether a text may name a box: parts of letters, digits, `.`, `_` and `-`, not starting with a dot or hyphen,
    /// at most one slash between them.
    package static func isName(_ text: String) -> Bool {
        // byte by byte: a catalog has thousands
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                guard let first = part.first, isLetterOrDigit(first) || first == UInt8(ascii: "_") else { return false }
                return part.count <= 100 && part.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
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
