import DevenvHost
import SystemPackage

/// How an archive is compressed, by its first bytes.
enum Compression: Hashable, Sendable, CaseIterable {
    case gzip
    case xz
    case zstd
    case bzip2
    case lzip
    case lzop
    case lzma
    /// What compress(1) writes.
    case lzw

    /// The compression of a file that begins so; nil for none of these.
    init?(_ head: [UInt8]) {
        guard let found = Self.allCases.first(where: { head.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1f, 0x8b]
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        case .bzip2: Array("BZh".utf8)
        case .lzip: Array("LZIP".utf8)
        case .lzop: [0x89, 0x4c, 0x5a, 0x4f]
        case .lzma: [0x5d, 0x00, 0x00]
        case .lzw: [0x1f, 0x9d]
        }
    }

    /// The call that writes what is in a file to the standard output.
    func decompress(_ file: FilePath) -> ToolInvocation {
        switch self {
        // gzip(1) undoes what compress(1) does, and xz(1) what lzma(1) did
        case .gzip, .lzw: ToolInvocation("gzip", ["--decompress", "--stdout", "--", file.string])
        case .xz, .lzma: ToolInvocation("xz", ["--decompress", "--stdout", "--quiet", "--", file.string])
        case .zstd: ToolInvocation("zstd", ["--decompress", "--stdout", "--quiet", "--", file.string])
        case .bzip2: ToolInvocation("bzip2", ["--decompress", "--stdout", "--quiet", "--", file.string])
        case .lzip: ToolInvocation("lzip", ["--decompress", "--stdout", "--quiet", "--", file.string])
        case .lzop: ToolInvocation("lzop", ["--decompress", "--stdout", "--quiet", "--", file.string])
        }
    }
}
