import DevenvHost
import DevenvModel
import SystemPackage

/// What can be told from a tree itself.
enum TreeFacts {
    /// The user to log in as: `dev` if the tree has such a user, otherwise `root`.
    static func user(in tree: FilePath, _ manifest: TreeManifest) -> String {
        user(passwords: content("/etc/passwd", of: tree, manifest))
    }

    /// The user to log in as where these are the tree's users.
    static func user(passwords: [UInt8]?) -> String {
        guard let passwords else { return "root" }
        let lines = String(decoding: passwords, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.contains { $0.hasPrefix("dev:") } ? "dev" : "root"
    }

    /// The version of Debian that the tree holds; nil where it is none, or has no number yet.
    static func debianVersion(of tree: FilePath, _ manifest: TreeManifest) -> String? {
        debianVersion(content("/etc/debian_version", of: tree, manifest))
    }

    /// The version of Debian that this file says.
    static func debianVersion(_ text: [UInt8]?) -> String? {
        guard let text else { return nil }
        let version = String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
        return BoxVersion(parsing: version) == nil ? nil : version
    }

    /// The processor that its programs are for, by the first ELF file among them, under Debian's name for it.
    static func architecture(of tree: FilePath, _ manifest: TreeManifest) -> String? {
        let programs = manifest.entries.lazy.filter { entry in
            guard case .file(let size, _) = entry.content, size > 20 else { return false }
            return entry.mode & 0o111 != 0 && ["/usr/bin/", "/bin/"].contains { entry.path.text.hasPrefix($0) }
        }
        for program in programs {
            guard let head = head(of: tree.appending(String(program.path.text.dropFirst()))) else { continue }
            guard head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { continue }
            return machine(head)
        }
        return nil
    }

    /// The machine field of an ELF header (gabi 4.1, e_machine), in the byte order that the header names.
    private static func machine(_ head: [UInt8]) -> String? {
        let isLittle = head[5] == 1
        switch UInt16(head[isLittle ? 19 : 18]) << 8 | UInt16(head[isLittle ? 18 : 19]) {
        case 3: return "i386"
        case 21: return isLittle ? "ppc64el" : "ppc64"
        case 22: return "s390x"
        case 40: return "armhf"
        case 62: return "amd64"
        case 183: return "arm64"
        case 243: return "riscv64"
        case 258: return "loong64"
        default: return nil
        }
    }

    private static func head(of path: FilePath) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec]) else {
            return nil  // a name with bytes that the manifest escapes; the next program will do
        }
        defer { try? file.close() }  // it was only read
        var head = [UInt8](repeating: 0, count: 20)
        let count = try? head.withUnsafeMutableBytes { try file.read(into: $0) }
        return count == 20 ? head : nil
    }

    /// A file's content, if neither it nor a directory above it is a link: a tree's links lead anywhere on this host.
    private static func content(_ path: String, of tree: FilePath, _ manifest: TreeManifest) -> [UInt8]? {
        let word = ManifestWord(escaping: path.utf8)
        let isPlain = manifest.entries.contains { entry in
            guard case .file = entry.content else { return false }
            return entry.path == word
        }
        guard isPlain else { return nil }
        let bytes = try? HostFiles.read(tree.appending(String(path.dropFirst())), limit: 1 << 20)
        return bytes ?? nil  // a file that can't be read says nothing
    }
}
