import CHost
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import Synchronization

/// One look at what a machine's folder holds, which tells sooner than rsync does that nothing is to be done: names, kinds, sizes,
/// times, permissions, targets of links and owners, all that rsync goes by. Needs GNU find(1) in the machine.
struct GuestLook: Sendable {
    let folder: SyncedFolder
    let receiver: RsyncCall.Receiver

    /// The entries of the machine's folder as a `FolderBase` writes them; nil where they can't be told, or where what is there can't
    /// have come from a folder here.
    func records(over communicator: any Communicator) async -> Set<ArraySlice<UInt8>>? {
        let output = Mutex<[UInt8]>([])
        let command = RemoteCommand(text, timeout: .seconds(60))
        let exit = try? await communicator.run(command) { stream, bytes in
            if stream == .standardOutput { output.withLock { $0 += bytes } }
        }
        // whatever keeps it from looking, rsync meets and tells
        guard exit?.isSuccess == true else { return nil }
        return records(in: output.withLock { $0 })
    }

    /// The command for the login shell. What is left out by a simple pattern is not walked through.
    var text: String {
        // a slash at the end: the folder may be a link
        let top = folder.target.string.hasSuffix("/") ? folder.target.string : "\(folder.target)/"
        let exclusions = Exclusions(folder).findExpressions(from: top).flatMap { $0 + ["-prune", "-o"] }
        let words = (receiver.usesSudo ? ["sudo", "-n"] : []) + ["find", top, "-mindepth", "1"] + exclusions
        return (words + description).map(ShellWord.quote).joined(separator: " ")
    }

    /// What belongs to others than it should is told by a record that no entry has: find asks for the names of owners once, where it
    /// would look one up for each entry that it prints.
    private var description: [String] {
        let format = ["-printf", "%y %m %s %T@ %P\\0%l\\0"]
        guard receiver.isPrivileged else { return format }
        return ["-user", receiver.owner, "-group", receiver.group] + format + ["-o", "-printf", "! ! ! ! !\\0\\0"]
    }

    /// What find has written, record by record.
    func records(in output: [UInt8]) -> Set<ArraySlice<UInt8>>? {
        let fields = output.split(separator: 0, omittingEmptySubsequences: false)
        var records: Set<ArraySlice<UInt8>> = []
        records.reserveCapacity(fields.count / 2)
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let record = record(fields[index], link: fields[index + 1]) else { return nil }
            records.insert(record)
        }
        return records
    }

    private func record(_ field: ArraySlice<UInt8>, link: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let parts = field.split(separator: UInt8(ascii: " "), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let mode = UInt32(Self.text(parts[1]), radix: 8), let size = Int64(Self.text(parts[2]))
        else { return nil }
        let time = parts[3].split(separator: UInt8(ascii: "."))
        guard time.count == 2, let seconds = Int64(Self.text(time[0])),
            let nanoseconds = Int64(Self.text(time[1].prefix(9)))
        else { return nil }
        guard let entry = Self.entry(parts[0], mode, size, seconds, nanoseconds, link) else { return nil }
        var bytes: [UInt8] = []
        (parts[4] + [0]).withUnsafeBufferPointer { path in
            path.withMemoryRebound(to: CChar.self) { path in
                if let path = path.baseAddress { entry.append(to: &bytes, path: path) }
            }
        }
        return bytes[...]
    }

    private static func entry(
        _ kind: ArraySlice<UInt8>, _ mode: UInt32, _ size: Int64, _ seconds: Int64, _ nanoseconds: Int64,
        _ link: ArraySlice<UInt8>
    ) -> BaseEntry? {
        switch kind.first {
        case UInt8(ascii: "f"):
            BaseEntry(mode: S_IFREG | mode, size: size, seconds: seconds, nanoseconds: nanoseconds, link: [])
        case UInt8(ascii: "d"): BaseEntry(mode: S_IFDIR | mode, size: 0, seconds: 0, nanoseconds: 0, link: [])
        case UInt8(ascii: "l"): BaseEntry(mode: S_IFLNK, size: 0, seconds: 0, nanoseconds: 0, link: Array(link))
        default: nil
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a machine's folder with these entries is what the host's is read to be.
    func shows(_ records: Set<ArraySlice<UInt8>>, equalTo base: [UInt8]) -> Bool {
        let header = FolderBase.header(of: folder)
        guard base.starts(with: header) else { return false }
        var count = 0
        var start = header.count
        var isInLink = false
        for index in header.count..<base.count where base[index] == 0 {
            isInLink.toggle()
            guard !isInLink else { continue }
            guard records.contains(base[start...index]) else { return false }
            start = index + 1
            count += 1
        }
        return folder.delete ? count == records.count : true
    }
}
