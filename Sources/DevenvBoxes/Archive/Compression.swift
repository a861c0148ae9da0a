import DevenvHost
import SystemPackage

/// How an archive is compressed, by its first bytes.
enum Compression: Hashable, Sendable, CaseIterable {
    case gzip
    case xz
    case zstd

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
        }
    }

    /// The call that writes what is in a file to the standard output.
    func decompress(_ file: FilePath) -> ToolInvocation {
        switch self {
        case .gzip: ToolInvocation("gzip", ["--decompress", "--stdout", "--", file.string])
        case .xz: ToolInvocation("xz", ["--decompress", "--stdout", "--quiet", "--", file.string])
        case .zstd: ToolInvocation("zstd", ["--decompress", "--stdout", "--quiet", "--", file.string])
        }
    }
}
