import DevenvCatalogs
import DevenvDownload
import DevenvHost
import DevenvModel
import SystemPackage

/// What `box add` is given.
enum BoxSource {
    /// The name of a box in a catalog.
    case name((name: String, constraint: VersionConstraint?))
    /// The JSON of a box, or a whole catalog.
    case catalog(CatalogLocation)
    /// A file of a web server: a box, or the JSON of one.
    case address(WebAddress)
    /// A file or a directory here.
    case path(FilePath)

    /// Looks at what a text names. What there is here under that name comes first.
    init(_ text: String, _ context: CommandContext) throws {
        if let address = WebAddress(text) {
            self = .address(address)
            return
        }
        let path = text.hasPrefix("file://") ? FilePath(String(text.dropFirst(7))) : context.absolute(text)
        if HostFiles.exists(path) {
            self = Self.isCatalog(path) ? .catalog(try CatalogLocation(path.string, base: "/")) : .path(path)
        } else if case .named(let name, let constraint)? = BoxReference(parsing: text) {
            self = .name((name, constraint))
        } else {
            self = .path(path)  // which says that it is not there
        }
    }

    /// Whether a file is JSON, or a directory a catalog.
    static func isCatalog(_ path: FilePath) -> Bool {
        if HostFiles.isDirectory(path) { return HostFiles.exists(path.appending(CatalogIndex.fileName)) }
        guard HostFiles.kind(path) != .other, let head = try? HostFiles.head(of: path, count: 512) else {
            return false  // what it is, or why it can't be read, is said by whoever adds it
        }
        return head.first { $0 > 0x20 && $0 != 0xef && $0 != 0xbb && $0 != 0xbf } == UInt8(ascii: "{")
    }
}
