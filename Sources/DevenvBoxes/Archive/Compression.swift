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

    /// The call that writes what is in a file to the standard output; nil for what comes on the standard input.
    func decompress(_ file: FilePath?) -> ToolInvocation {
        let options =
            self == .gzip || self == .lzw ? ["--decompress", "--stdout"] : ["--decompress", "--stdout", "--quiet"]
        return ToolInvocation(tool, options + (file.map { ["--", $0.string] } ?? []))
    }

    /// The program that undoes it.
    var tool: String {
        switch self {
        case .gzip: Self.gunzip
        // gzip(1) undoes what compress(1) does, and xz(1) what lzma(1) did
        case .lzw: "gzip"
        case .xz, .lzma: "xz"
        case .zstd: "zstd"
        case .bzip2: "bzip2"
        case .lzip: "lzip"
        case .lzop: "lzop"
        }
    }

    /// What undoes gzip(1): pigz(1) where it is installed, which takes two thirds of the time and checks as much. bsdcat(1) takes a
    /// quarter, but does not compare what it has made with the checksum at the end.
    private static var gunzip: String { ToolPath.find("pigz") == nil ? "gzip" : "pigz" }
}
