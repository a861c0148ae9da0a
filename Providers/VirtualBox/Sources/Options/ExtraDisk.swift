import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// A disk that a machine has beside its box's, empty at first.
struct ExtraDisk: Hashable, Sendable {
    /// What it is called, and the serial number that the system inside sees.
    let name: String
    let size: ByteCount

    /// VirtualBox's disks have whole ones.
    var mebibytes: Int64 { (size.bytes + (1 << 20) - 1) >> 20 }
    /// The name of its file, in the machine's folder.
    var fileName: String { Self.prefix + name + ".vdi" }

    /// What the names of such files begin with, and no others in a machine's folder.
    static let prefix = "extra-"

    /// The name of the disk that a file is; nil for other files.
    static func name(of file: FilePath) -> String? {
        guard let name = file.lastComponent?.string, name.hasPrefix(prefix), name.hasSuffix(".vdi")
        else { return nil }
        return String(name.dropFirst(prefix.count).dropLast(4))
    }
}

extension ExtraDisk: CustomStringConvertible {
    /// The name and the size.
    var description: String { "\(name) \(size)" }
}

extension OptionReader {
    /// `disks`: sizes, or maps of `size` and `name`.
    mutating func extraDisks() -> [ExtraDisk] {
        guard let tree = tree("disks") else { return [] }
        guard case .list(let items) = tree.value else {
            report(.error("'disks' must be a list of sizes, not \(tree.kind)", at: tree.location))
            return []
        }
        // as many as a controller takes beside the box's own
        guard items.count <= 20 else {
            report(.error("'disks' may be 20 at most, not \(items.count)", at: tree.location))
            return []
        }
        var disks: [ExtraDisk] = []
        for (index, item) in items.enumerated() {
            guard let disk = extraDisk(item, number: index + 1) else { continue }
            if disks.contains(where: { $0.name.lowercased() == disk.name.lowercased() }) {
                report(.error("two disks are called '\(disk.name)'", at: item.location))
            } else {
                disks.append(disk)
            }
        }
        return disks
    }

    private mutating func extraDisk(_ item: OptionTree, number: Int) -> ExtraDisk? {
        guard case .map = item.value else {
            return size(item).map { ExtraDisk(name: "disk-\(number)", size: $0) }
        }
        var inner = OptionReader(item, of: "the keys of a disk")
        let written = inner.tree("size")
        if written == nil { inner.report(.error("a disk needs a 'size'", at: item.location)) }
        let size = written.flatMap { inner.size($0) }
        let name = inner.string("name")
        if let name, !Self.isName(name.value) {
            inner.report(
                .error(
                    "'\(name.value)' is no name of a disk: it takes 1 to 20 letters, digits, '_' and '-'",
                    at: name.location))
        }
        guard absorb(&inner), let size else { return nil }
        return ExtraDisk(name: name?.value ?? "disk-\(number)", size: size)
    }

    private mutating func size(_ tree: OptionTree) -> ByteCount? {
        if case .string(let text) = tree.value, let size = ByteCount(parsing: text),
            size.bytes >= 1 << 20
        {
            return size
        }
        report(
            .error(
                "the size of a disk must be at least 1 MiB, with a unit, not \(tree.kind)",
                at: tree.location,
                help: "such as 10GiB"))
        return nil
    }

    /// What fits into a disk's serial number (ATA, word 10 of IDENTIFY DEVICE) and into a file's name.
    private static func isName(_ name: String) -> Bool {
        (1...20).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { scalar in
                scalar == "_" || scalar == "-" || ("0"..."9").contains(scalar)
                    || scalar.isASCII && scalar.properties.isAlphabetic
            }
    }
}
