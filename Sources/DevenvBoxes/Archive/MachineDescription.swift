import CExpat
import DevenvHost
import SystemPackage

/// The description of a machine as VirtualBox exports it (DSP0243, Open Virtualization Format), as far as it decides whether the
/// box can be trusted with the host's files: what it names must be in the box itself.
struct MachineDescription: Hashable, Sendable {
    private static let longest = 4 << 20

    /// The names of the files that it refers to, in their order.
    private(set) var files: [String] = []
    /// What its disks hold together, in bytes; nil where one of them does not say it in a way that is known.
    private(set) var capacity: Int64?

    /// Reads a description.
    init(reading path: FilePath, _ attempt: String) throws(BoxError) {
        let bytes = try BoxError.wrap { () throws(HostError) in try HostFiles.head(of: path, count: Self.longest + 1) }
        let findings = DescriptionFindings()
        guard bytes.count <= Self.longest, findings.read(bytes) else {
            throw BoxError(
                .invalid, "\(attempt): its box.ovf is no description of a machine", help: "get it again, and completely"
            )
        }
        for name in findings.files where !FileName.isPlain(name) {
            let shown = ManifestWord(escaping: name.utf8).text
            throw BoxError(
                .invalid, "\(attempt): its box.ovf refers to '\(shown)', which is no file of the box",
                help: "get the box elsewhere: such a name could be that of any file of this host")
        }
        files = findings.files
        capacity = findings.capacity
    }

    /// The description of the same machine whose only disk has another size, in bytes; nil where that can't be told from the rest.
    static func resized(_ text: String, to bytes: Int64) -> String? {
        let (mark, unit) = ("capacity=\"", "capacityAllocationUnits=")
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 2, !text.contains(unit) else { return nil }
        let rest = parts[1].drop { $0.isASCII && $0.isNumber }
        return rest.first == "\"" ? parts[0] + mark + "\(bytes)" + rest : nil
    }

    /// Whether a file of this name may belong to a description.
    static func mayBelong(_ name: String) -> Bool {
        [".ovf", ".vmdk", ".nvram"].contains { name.lowercased().hasSuffix($0) }
    }

    /// Throws for a disk image that may be more than it seems: one whose content is in other files, which could be any of this
    /// host.
    static func check(_ file: VagrantBox.File, _ attempt: String) throws(BoxError) {
        guard file.name.lowercased().hasSuffix(".vmdk") else { return }
        let head = try BoxError.wrap { () throws(HostError) in
            try HostFiles.head(of: file.path, count: VMDKHeader.longest)
        }
        guard VMDKHeader.standsForItself(head) else {
            throw BoxError(
                .invalid, "\(attempt): the disk image '\(file.name)' is no VMDK image that stands for itself",
                help:
                    "get it again, or make one with 'qemu-img convert -O vmdk -o subformat=streamOptimized DISK NEW.vmdk'"
            )
        }
    }
}

/// One run of expat through a description.
private final class DescriptionFindings {
    private(set) var files: [String] = []
    private(set) var capacity: Int64? = 0
    private var parser: OpaquePointer?
    private var isEnvelope = false

    /// False for what is no envelope. Document types are refused, and with them entities of the document's own.
    func read(_ bytes: [UInt8]) -> Bool {
        guard let parser = XML_ParserCreateNS("UTF-8", CChar(bitPattern: UInt8(ascii: "|"))) else { return false }
        defer { XML_ParserFree(parser) }
        self.parser = parser
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetStartElementHandler(parser) { context, name, pairs in
            guard let context, let name else { return }
            var attributes: [String: String] = [:]
            var next = 0
            while let pairs, let key = pairs[next], let value = pairs[next + 1] {
                attributes[DescriptionFindings.local(key)] = String(cString: value)
                next += 2
            }
            let findings = Unmanaged<DescriptionFindings>.fromOpaque(context).takeUnretainedValue()
            findings.begin(DescriptionFindings.local(name), attributes)
        }
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            guard let context else { return }
            _ = XML_StopParser(
                Unmanaged<DescriptionFindings>.fromOpaque(context).takeUnretainedValue().parser, UInt8(XML_FALSE))
        }
        let status = bytes.withUnsafeBytes { bytes in
            XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), Int32(XML_TRUE))
        }
        return status == XML_STATUS_OK && isEnvelope
    }

    /// The elements have one name in all versions of the format, whatever their name space.
    private func begin(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "Envelope": isEnvelope = true
        case "File": files.append(attributes["href"] ?? "")
        case "Disk" where attributes["capacity"] != nil:
            let unit = Self.unit(attributes["capacityAllocationUnits"] ?? "byte")
            let size = attributes["capacity"].flatMap(Int64.init).flatMap { number in
                unit.flatMap { number.multipliedReportingOverflow(by: $0) }.flatMap {
                    $0.overflow ? nil : $0.partialValue
                }
            }
            capacity = capacity.flatMap { sum in
                size.map { sum.addingReportingOverflow($0) }.flatMap { $0.overflow ? nil : $0.partialValue }
            }
        default: break
        }
    }

    /// `byte`, or `byte * 2^30`.
    private static func unit(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        if words == ["byte"] { return 1 }
        guard words.count == 3, words[0] == "byte", words[1] == "*", words[2].hasPrefix("2^") else { return nil }
        return Int(words[2].dropFirst(2)).flatMap { (0...62).contains($0) ? 1 << $0 : nil }
    }

    /// A name without its name space.
    private static func local(_ name: UnsafePointer<CChar>) -> String {
        let text = String(cString: name)
        return text.split(separator: "|").last.map(String.init) ?? text
    }
}
