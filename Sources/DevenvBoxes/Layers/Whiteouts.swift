import CHost
import DevenvHost
import Glibc
import SystemPackage

/// Turns what a layer's archive says of removed files (OCI image specification, "Whiteouts") into what overlayfs knows.
///
/// `.wh.NAME` becomes a character device 0:0 called NAME, and a directory with `.wh..wh..opq` gets an attribute that hides
/// what is below. The tree is one that only this process knows.
struct Whiteouts {
    let root: FilePath
    let attempt: String

    private static let mark = ".wh."
    private static let opaqueMark = ".wh..wh..opq"

    /// Converts all of them, and returns the tree's entries as they are then, where they are known: of a layer that removes
    /// nothing. Throws `.invalid` for names and attributes that no layer may have.
    func convert() throws(BoxError) -> [TreeWalk.Found]? {
        let found = try BoxError.wrap { () throws(HostError) in try TreeWalk.entries(of: root) }
        for entry in found
        where entry.entry.attributes.contains(where: { $0.name.text.hasPrefix(OverlayAttribute.prefix) }) {
            throw refusal(of: entry.entry.path.text, "it has attributes that only overlayfs gives")
        }
        let marks = found.filter { Self.isMark($0.entry.path) }
        for entry in marks {
            guard let name = entry.location.lastComponent?.string else { continue }
            try convert(entry.location, name, entry.entry.path.text)
        }
        return marks.isEmpty ? found : nil
    }

    /// Looked for by bytes, as there are many entries; a mark has none that a manifest would write otherwise.
    private static func isMark(_ path: ManifestWord) -> Bool {
        let bytes = path.text.utf8
        let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[bytes.index(after: $0)...] } ?? bytes[...]
        return name.starts(with: mark.utf8)
    }

    private func convert(_ marker: FilePath, _ name: String, _ path: String) throws(BoxError) {
        let directory = marker.removingLastComponent()
        guard HostFiles.kind(marker) == .file else {
            // one within a marker that was a directory is gone by now
            if HostFiles.kind(marker) == nil { return }
            throw refusal(of: path, "the mark of a removed file is no file")
        }
        try BoxError.wrap { () throws(HostError) in try HostFiles.remove(marker) }
        if name == Self.opaqueMark { return try hideBelow(directory) }
        // notes that aufs kept for itself
        if name.hasPrefix(Self.mark + Self.mark) { return }
        let removed = String(name.dropFirst(Self.mark.count))
        guard !["", ".", ".."].contains(removed) else {
            throw refusal(of: path, "it removes nothing that can be named")
        }
        let target = directory.appending(removed)
        switch HostFiles.kind(target) {
        case nil: try markRemoved(target)
        case .directory: try hideBelow(target)  // removed and made again
        default: return
        }
    }

    private func markRemoved(_ path: FilePath) throws(BoxError) {
        guard mknod(path.string, S_IFCHR, 0) == 0 else { throw failure(path) }
    }

    private func hideBelow(_ directory: FilePath) throws(BoxError) {
        let value: [UInt8] = [UInt8(ascii: "y")]
        guard lsetxattr(directory.string, OverlayAttribute.opaque, value, value.count, 0) == 0 else {
            throw failure(directory)
        }
    }

    private func failure(_ path: FilePath) -> BoxError {
        .file(HostError("marking what a layer removes at", path, Errno(rawValue: errno)))
    }

    private func refusal(of path: String, _ reason: String) -> BoxError {
        BoxError(.invalid, "\(attempt): '\(path)' in one of its layers is not allowed: \(reason)")
    }
}
