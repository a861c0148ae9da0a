import SystemPackage

/// What differs between the machine's folder and the host's, from a dry run of rsync that would bring everything back
/// (`--out-format=%i %n`, rsync(1), "--itemize-changes").
struct ReturnLook: Equatable, Sendable {
    /// One thing that differs.
    struct Item: Equatable, Sendable {
        /// What the machine has there; nil for nothing.
        let kind: BaseEntry.Kind?
        /// Whether the content would have to be brought: permissions alone would not.
        let isTransferred: Bool
        /// Whether the host has nothing there.
        let isNew: Bool
        /// Whether it is, or was, a directory.
        let isDirectory: Bool
    }

    /// What differs, by path.
    private(set) var items: [FilePath: Item] = [:]
    /// How many files and links the machine has in all.
    private(set) var fileCount = 0

    private static let count = Array("Number of files: ".utf8)
    private static let deleting = Array("*deleting".utf8)

    /// Reads rsync's output.
    init(_ output: [UInt8]) {
        for line in output.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: Self.count) {
                fileCount = Self.files(String(decoding: line.dropFirst(Self.count.count), as: UTF8.self))
            } else if let (path, item) = Self.item(Array(line)) {
                // where a file has become a directory, or the reverse, both are told
                if items[path]?.kind == nil || item.kind != nil { items[path] = item }
            }
        }
    }

    private static func item(_ line: [UInt8]) -> (path: FilePath, item: Item)? {
        guard line.count > 12, line[11] == UInt8(ascii: " ") else { return nil }
        let name = unescaped(line[12...])
        let path = FilePath(bytes: name)
        guard isInside(path) else { return nil }
        if line.starts(with: deleting) {
            let isDirectory = name.last == UInt8(ascii: "/")
            return (path, Item(kind: nil, isTransferred: false, isNew: false, isDirectory: isDirectory))
        }
        guard "<>ch.".utf8.contains(line[0]), let kind = kind(line[1]) else { return nil }
        return (
            path,
            Item(
                kind: kind, isTransferred: line[0] != UInt8(ascii: "."), isNew: line[2] == UInt8(ascii: "+"),
                isDirectory: kind == .directory)
        )
    }

    private static func kind(_ byte: UInt8) -> BaseEntry.Kind? {
        switch byte {
        case UInt8(ascii: "f"): .file
        case UInt8(ascii: "d"): .directory
        case UInt8(ascii: "L"): .link
        default: nil
        }
    }

    /// Names of a machine are not to be trusted, and the folder itself is no part of it.
    private static func isInside(_ path: FilePath) -> Bool {
        !path.isAbsolute && !path.components.isEmpty
            && path.components.allSatisfy { $0.kind == .regular && $0.string != ".devenv" }
    }

    /// Names without `\#ooo`, which stands for a byte of which a terminal would make something else.
    private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            let digits = rest.dropFirst().prefix(3)
            let code = digits.count == 3 ? UInt8(String(decoding: digits, as: UTF8.self), radix: 8) : nil
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "#"), let code {
                bytes.append(code)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// `11 (reg: 6, dir: 4, link: 1)` without the directories.
    private static func files(_ text: String) -> Int {
        let numbers = text.split { !$0.isNumber && !$0.isLetter }
        let directories = numbers.firstIndex(of: "dir").flatMap {
            numbers.indices.contains($0 + 1) ? Int(numbers[$0 + 1]) : 0
        }
        return max(0, (numbers.first.flatMap { Int($0) } ?? 0) - (directories ?? 0))
    }
}
