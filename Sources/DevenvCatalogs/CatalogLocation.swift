package import DevenvDownload
import DevenvHost
package import SystemPackage

/// Where a catalog is.
package enum CatalogLocation: Hashable, Sendable {
    /// A directory with a `catalog.json`.
    case directory(FilePath)
    /// A file: a `catalog.json`, or the JSON of one box.
    case file(FilePath)
    /// The same on a web server.
    case web(WebAddress)
    /// Boxes in a registry of container images: `REGISTRY/NAMESPACE`.
    case registry(String)

    /// Reads a path, relative ones from a directory on, or a URL. Throws `.invalid` for a scheme that devenv does not know, and
    /// `.missing` for a path at which there is nothing.
    package init(_ text: String, base: FilePath) throws(CatalogError) {
        if text.hasPrefix("oci://"), text.count > 6 {
            self = .registry(String(text.dropFirst(6)))
        } else if let address = WebAddress(text) {
            self = .web(address.withFileName)
        } else if text.hasPrefix("file:") {
            let path = text.hasPrefix("file://") ? String(text.dropFirst(7)) : String(text.dropFirst(5))
            guard path.hasPrefix("/") else {
                throw CatalogError(.invalid, "'\(text)' must be followed by an absolute path, as in file:///srv/boxes")
            }
            self = try Self.local(FilePath(path))
        } else if WebAddress.isURL(text) {
            throw CatalogError(
                .invalid, "'\(text)' is no address of a catalog",
                help: "a catalog is a directory, a file, or an address that begins with http://, https:// or oci://")
        } else {
            self = try Self.local(base.pushing(FilePath(text)).lexicallyNormalized())
        }
    }

    private static func local(_ path: FilePath) throws(CatalogError) -> CatalogLocation {
        if HostFiles.isDirectory(path) { return .directory(path) }
        guard HostFiles.exists(path) else {
            throw CatalogError(.missing, "reading the catalog '\(path)': no such file or directory")
        }
        return .file(path)
    }

    /// The location as it is written down: absolute, with all that a URL holds.
    package var text: String {
        switch self {
        case .directory(let path), .file(let path): path.string
        case .web(let address): address.text
        case .registry(let name): "oci://\(name)"
        }
    }

    /// A place relative to the catalog's own file.
    func resolving(_ reference: String) -> CatalogPlace? {
        switch self {
        case .directory(let path): CatalogPlace(reference, besides: path.appending(CatalogIndex.fileName))
        case .file(let path): CatalogPlace(reference, besides: path)
        case .web(let address): address.resolving(reference).map(CatalogPlace.web)
        case .registry: nil
        }
    }

    /// The catalog's own file; nil in a registry.
    var place: CatalogPlace? {
        switch self {
        case .directory(let path): .file(path.appending(CatalogIndex.fileName))
        case .file(let path): .file(path)
        case .web(let address): .web(address)
        case .registry: nil
        }
    }
}

extension CatalogLocation: CustomStringConvertible {
    /// The location without what may be secret in it.
    package var description: String {
        if case .web(let address) = self { return address.description }
        return text
    }
}

/// Where a file of a catalog is.
package enum CatalogPlace: Hashable, Sendable, CustomStringConvertible {
    /// Here.
    case file(FilePath)
    /// On a web server.
    case web(WebAddress)

    /// A URL or a path, relative ones to another file.
    init?(_ reference: String, besides file: FilePath) {
        if let address = WebAddress(reference) {
            self = .web(address)
        } else if reference.hasPrefix("file://") {
            self = .file(FilePath(String(reference.dropFirst(7))))
        } else if WebAddress.isURL(reference) {
            return nil
        } else {
            self = .file(file.removingLastComponent().pushing(FilePath(reference)).lexicallyNormalized())
        }
    }

    /// A place relative to this file.
    func resolving(_ reference: String) -> CatalogPlace? {
        switch self {
        case .file(let path): CatalogPlace(reference, besides: path)
        case .web(let address): address.resolving(reference).map(CatalogPlace.web)
        }
    }

    /// The place of the file with more at the end of its name.
    func appending(_ suffix: String) -> CatalogPlace? {
        switch self {
        case .file(let path): .file(FilePath(path.string + suffix))
        case .web(let address): address.resolving(address.fileName + suffix).map(CatalogPlace.web)
        }
    }

    /// The place without what may be secret in it.
    package var description: String {
        switch self {
        case .file(let path): path.string
        case .web(let address): address.description
        }
    }
}

extension WebAddress {
    /// A catalog is named by its file or by the directory that the file is in.
    fileprivate var withFileName: WebAddress {
        if fileName.contains(".") { return self }
        let query = text.drop { $0 != "?" }
        let path = text.prefix { $0 != "?" }
        return WebAddress(path + (path.hasSuffix("/") ? "" : "/") + CatalogIndex.fileName + query) ?? self
    }
}
