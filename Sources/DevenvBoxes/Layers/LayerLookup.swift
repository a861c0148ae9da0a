import CHost
import DevenvHost
import Glibc
import SystemPackage

/// Finds files in layers as a machine would see them, without a mount. Links are not followed: they lead anywhere on this host.
struct LayerLookup {
    /// Lowest first.
    let trees: [FilePath]

    /// Whether there is a file, or a link.
    func has(_ path: String) -> Bool { find(path) != nil }

    /// The content of a file; nil where there is none of at most a mebibyte.
    func read(_ path: String) -> [UInt8]? {
        guard let file = find(path), HostFiles.kind(file) == .file else { return nil }
        let bytes = try? HostFiles.read(file, limit: 1 << 20)
        return bytes ?? nil  // a file that can't be read says nothing
    }

    private func find(_ path: String) -> FilePath? {
        for tree in trees.reversed() {
            switch Self.look(for: path, in: tree) {
            case .found(let file): return file
            case .hidden: return nil
            case .absent: continue
            }
        }
        return nil
    }

    private enum Sight {
        case found(FilePath)
        /// This layer hides it in those below.
        case hidden
        case absent
    }

    private static func look(for path: String, in tree: FilePath) -> Sight {
        var place = tree
        var otherwise = isOpaque(tree) ? Sight.hidden : .absent
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            place.append(String(part))
            let isLast = index == parts.count - 1
            switch HostFiles.kind(place) {
            case nil: return otherwise
            case .directory where !isLast: if isOpaque(place) { otherwise = .hidden }
            case .file where isLast, .link where isLast: return .found(place)
            default: return .hidden
            }
        }
        return otherwise
    }

    private static func isOpaque(_ directory: FilePath) -> Bool {
        var value: UInt8 = 0
        return lgetxattr(directory.string, OverlayAttribute.opaque, &value, 1) == 1 && value == UInt8(ascii: "y")
    }
}
