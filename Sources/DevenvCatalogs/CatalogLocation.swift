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
        if text.hasPrefix("oci:") {
            self = .registry(try Self.registry(text))
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

    /// The registry and the namespace of `oci://REGISTRY/NAMESPACE`.
    private static func registry(_ text: String) throws(CatalogError) -> String {
        var name = text.dropFirst(text.hasPrefix("oci://") ? 6 : 4)
        while name.last == "/" { name.removeLast() }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isHost = parts[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) }
        let isPath = parts.dropFirst().allSatisfy { part in
            part.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "._-".contains($0)) }
        }
        guard isHost, isPath, !parts.contains("") else {
            throw CatalogError(
                .invalid, "'\(text)' is no address of a catalog in a registry",
                help: "write oci://REGISTRY/NAMESPACE, the namespace in lower-case letters, digits, '.', '_' and '-'")
        }
        return String(name)
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
        case .registry(let name): CatalogPlace.registry(Self.index(of: name)).resolving(reference)
        }
    }

    private static func index(of catalog: String) -> RegistryFile {
        RegistryFile(catalog: catalog, path: CatalogIndex.fileName)
    }

    /// The catalog's own file.
    var place: CatalogPlace {
        switch self {
        case .directory(let path): .file(path.appending(CatalogIndex.fileName))
        case .file(let path): .file(path)
        case .web(let address): .web(address)
        case .registry(let name): .registry(Self.index(of: name))
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
    /// Among the files of a catalog that is in a registry.
    case registry(RegistryFile)
    /// A box in a registry, or an image of a container: `oci:REGISTRY/NAME@sha256:…`.
    case image(String)

    /// A URL or a path, relative ones to another file.
    init?(_ reference: String, besides file: FilePath) {
        if !reference.utf8.contains(UInt8(ascii: ":")) {
            self = .file(Self.path(reference, besides: file))
        } else if let address = WebAddress(reference) {
            self = .web(address)
        } else if reference.hasPrefix("oci:") {
            self = .image(reference)
        } else if reference.hasPrefix("file://") {
            self = .file(FilePath(String(reference.dropFirst(7))))
        } else if WebAddress.isURL(reference) {
            return nil
        } else {
            self = .file(Self.path(reference, besides: file))
        }
    }

    private static func path(_ reference: String, besides file: FilePath) -> FilePath {
        file.removingLastComponent().pushing(FilePath(reference)).lexicallyNormalized()
    }

    /// A place relative to this file.
    func resolving(_ reference: String) -> CatalogPlace? {
        switch self {
        case .file(let path): CatalogPlace(reference, besides: path)
        case .web(let address):
            reference.hasPrefix("oci:") ? .image(reference) : address.resolving(reference).map(CatalogPlace.web)
        case .registry(let file): Self.resolving(reference, in: file)
        case .image: nil
        }
    }

    /// A registry has nothing of its own beside the files of a catalog, but may say where else a box is.
    private static func resolving(_ reference: String, in file: RegistryFile) -> CatalogPlace? {
        if reference.hasPrefix("oci:") { return .image(reference) }
        if let address = WebAddress(reference) { return .web(address) }
        return WebAddress.isURL(reference) ? nil : file.resolving(reference).map(CatalogPlace.registry)
    }

    /// The place of the file with more at the end of its name.
    func appending(_ suffix: String) -> CatalogPlace? {
        switch self {
        case .file(let path): .file(FilePath(path.string + suffix))
        case .web(let address): address.resolving(address.fileName + suffix).map(CatalogPlace.web)
        case .registry(let file): .registry(RegistryFile(catalog: file.catalog, path: file.path + suffix))
        case .image: nil
        }
    }

    /// The place without what may be secret in it.
    package var description: String {
        switch self {
        case .file(let path): path.string
        case .web(let address): address.description
        case .registry(let file): file.description
        case .image(let reference): reference
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
