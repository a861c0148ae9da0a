import DevenvCrypto
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// What both sides of a folder were when they were last made equal: the common ground that changes are told by.
///
/// In a file: a line with the format and a digest of the folder's settings, then for each entry `MODE SIZE SECONDS NANOSECONDS PATH` (the mode in octal digits) and
/// where a link leads, each ended by a zero byte, as names may hold all else.
struct FolderBase: Equatable, Sendable {

    /// The entries, by their paths in the folder.
    var entries: [FilePath: BaseEntry] = [:]

    /// Starts with these.
    init(_ entries: [FilePath: BaseEntry] = [:]) { self.entries = entries }

    /// What a file says of a folder; nothing where there is none, none that can be read, or one of a folder with other settings,
    /// of which something else may have been left out: then it is not known what has changed, which costs copies and loses
    /// nothing.
    init(reading path: FilePath, of folder: SyncedFolder) {
        let header = Self.header(of: folder)
        guard let bytes = try? HostFiles.read(path, limit: 1 << 30), bytes.starts(with: header) else { return }
        let fields = bytes.dropFirst(header.count).split(separator: 0, omittingEmptySubsequences: false)
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let (path, entry) = Self.entry(fields[index], link: fields[index + 1]) else {
                entries = [:]
                return
            }
            entries[path] = entry
        }
    }

    /// Writes the file, whole or not at all. What can be found out again need not outlive a power cut.
    func write(to path: FilePath, of folder: SyncedFolder) throws(HostError) {
        try HostFiles.makeDirectory(path.removingLastComponent(), mode: .ownerReadWriteExecute)
        try AtomicFile.write(bytes(of: folder), to: path, mode: .ownerReadWrite, durable: false)
    }

    /// What stands in the file.
    func bytes(of folder: SyncedFolder) -> [UInt8] {
        var bytes = Self.header(of: folder)
        for (path, entry) in entries { path.withPlatformString { entry.append(to: &bytes, path: $0) } }
        return bytes
    }

    /// What the file of a folder begins with.
    static func header(of folder: SyncedFolder) -> [UInt8] {
        var hash = SHA256()
        for text in [folder.source.value.string, folder.target.string] { hash.update(field: text) }
        for text in folder.exclude + ["--"] + folder.arguments { hash.update(field: text) }
        return Array("devenv-folder 1 \(hash.hexadecimal())\n".utf8)
    }

    private static func entry(
        _ field: ArraySlice<UInt8>, link: ArraySlice<UInt8>
    ) -> (path: FilePath, entry: BaseEntry)? {
        let parts = field.split(separator: UInt8(ascii: " "), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let mode = UInt32(String(decoding: parts[0], as: UTF8.self), radix: 8) else {
            return nil
        }
        let numbers = parts[1...3].compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3 else { return nil }
        let entry = BaseEntry(
            mode: mode, size: numbers[0], seconds: numbers[1], nanoseconds: numbers[2], link: Array(link))
        return (FilePath(bytes: parts[4]), entry)
    }
}

extension BaseEntry {
    /// Adds what stands in the file for this entry.
    func append(to bytes: inout [UInt8], path: UnsafePointer<CChar>) {
        bytes.append(contentsOf: String(mode, radix: 8).utf8)
        for number in [size, seconds, nanoseconds] {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: String(number).utf8)
        }
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: path, count: strlen(path) + 1))
        bytes.append(contentsOf: link)
        bytes.append(0)
    }
}

extension FilePath.Component {
    /// Its bytes, with the zero that ends texts of C.
    var terminated: [CChar] { withPlatformString { Array(UnsafeBufferPointer(start: $0, count: Int(strlen($0)) + 1)) } }
}

extension FilePath {
    /// The path of these bytes, whatever they are in a text.
    init(bytes: some Sequence<UInt8>) {
        self.init(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
    }

    /// Its bytes.
    var bytes: [UInt8] {
        withPlatformString { pointer in
            (0..<Int(strlen(pointer))).map { UInt8(bitPattern: pointer[$0]) }
        }
    }
}
