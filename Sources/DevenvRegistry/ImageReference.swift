import DevenvBoxes
import DevenvHost
package import SystemPackage

/// Where an image of a registry, or one in a directory, is found.
package enum ImageReference: Hashable, Sendable {
    /// `registry/name:tag` or `registry/name@sha256:…`.
    case registry(String)
    /// A directory in the layout of the OCI image specification.
    case layout(FilePath, tag: String?)

    /// Reads `oci:REGISTRY/NAME:TAG`, `oci://REGISTRY/NAME:TAG` or `docker://REGISTRY/NAME:TAG`; or the path of a directory with an
    /// OCI layout, `oci:` before it or not, with `:TAG` where it holds several images. Relative paths begin at `base`. Nil for what
    /// is none of these, such as another directory.
    package init?(_ text: String, base: FilePath) {
        let schemes = ["docker://", "oci://", "oci:"]
        let scheme = schemes.first { text.hasPrefix($0) }
        let name = text.dropFirst(scheme?.count ?? 0)
        let isPath = scheme == nil || ["/", "./", "../"].contains { name.hasPrefix($0) }
        if isPath, scheme != "docker://", let layout = Self.layout(String(name), base) {
            self = layout
        } else if scheme != nil, Self.isName(name) {
            self = .registry(String(name))
        } else {
            return nil
        }
    }

    /// Whether a text names an image of a registry, whether it can or not.
    package static func isMeant(by text: String) -> Bool { text.hasPrefix("oci:") || text.hasPrefix("docker://") }

    private static func layout(_ text: String, _ base: FilePath) -> ImageReference? {
        let whole = base.pushing(FilePath(text)).lexicallyNormalized()
        if isLayout(whole) { return .layout(whole, tag: nil) }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let directory = base.pushing(FilePath(String(text[..<colon]))).lexicallyNormalized()
        return isLayout(directory) ? .layout(directory, tag: String(text[text.index(after: colon)...])) : nil
    }

    private static func isLayout(_ directory: FilePath) -> Bool {
        // a colon would end the path for skopeo
        !directory.string.contains(":") && HostFiles.kind(directory.appending("oci-layout")) == .file
    }

    /// What the distribution specification lets names have, and a host's port.
    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "/") else { return false }
        let others = Set("._-/:@[]+".utf8)
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || others.contains(byte)
        }
    }

    /// As skopeo takes it.
    var argument: String {
        switch self {
        case .registry(let name): "docker://\(name)"
        case .layout(let path, let tag): "oci:\(path)" + (tag.map { ":\($0)" } ?? "")
        }
    }

    /// The same image by the digest of its manifest, so that all that is read belongs together. Directories have no such names.
    func pinned(to digest: ImageDigest) -> ImageReference {
        guard case .registry(let name) = self, !name.contains("@") else { return self }
        let repository = name.lastIndex(of: ":").flatMap { colon in
            name[colon...].contains("/") ? nil : String(name[..<colon])
        }
        return .registry("\(repository ?? name)@\(digest)")
    }

    /// Whether it is on this very host, where nobody listens in: plain HTTP will do.
    var isLoopback: Bool {
        guard case .registry(let name) = self, let host = name.split(separator: "/").first, name.contains("/") else {
            return false
        }
        if host.hasPrefix("[::1]") { return true }
        let bare = host.prefix { $0 != ":" }
        let numbers = bare.split(separator: ".", omittingEmptySubsequences: false)
        return bare == "localhost"
            || (numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil })
    }
}

extension ImageReference: CustomStringConvertible {
    /// As people write it.
    package var description: String {
        switch self {
        case .registry(let name): "oci:\(name)"
        case .layout: argument
        }
    }
}
