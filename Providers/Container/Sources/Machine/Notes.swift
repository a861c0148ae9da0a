import DevenvHost
import DevenvModel
import DevenvPluginAPI
import FoundationEssentials
import SystemPackage

/// What a machine was made from; kept with its disk.
struct DiskNote: Codable, Hashable, Sendable {
    /// Who it is.
    let identity: MachineIdentity
    /// The layers that its changes lie over, lowest first: no others will do.
    let layers: [String]
    /// The user that the keys were written for, which completes its making; nil before.
    var keysFor: String?
    /// The forwards that it was last started with; nil before.
    var forwards: [PortForward]?
    /// Whether its files have the owners that they have inside, on the host too; nil, as in older notes, for no.
    var isPrivileged: Bool?

    /// The ids of the machine's users on this host.
    var ids: IDRange { isPrivileged == true ? .host : .own }
}

/// What a machine runs as; kept for as long as the host runs. Written before its start, completed after it.
struct RunNote: Codable, Hashable, Sendable {
    /// Who it is.
    let identity: MachineIdentity
    /// The boot of the host that it belongs to, proc(5) random/boot_id.
    let boot: String
    /// Its interfaces.
    let cables: [Cable]
    /// Its forwards.
    var forwards: [PortForward]
    /// Its first process; nil while it is being started.
    var process: MachineProcess?
    /// Where its console's output goes; nil where an earlier devenv has started it.
    var log: String?
    /// Its SSH server's port; nil in notes of earlier versions.
    var port: UInt16?

    /// The address that it is reached on.
    var address: IPv4Address? { cables.first?.interface.address }
}

/// Reading and writing of notes.
enum Notes {
    /// A note; nil where there is none, or an empty one, which a power cut right after its writing may leave. One that
    /// can't be read as one is an error.
    static func read<Note: Decodable>(_ type: Note.Type, at path: FilePath) throws(ProviderError) -> Note? {
        let bytes = try ProviderError.translate { () throws(HostError) in try HostFiles.read(path) }
        guard let bytes, !bytes.isEmpty else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw .failed("the note '\(path)' is damaged", help: "run 'devenv destroy', then 'devenv up'")
        }
    }

    /// Writes a note, whole or not at all. Without waiting for the disk, unless told otherwise: what a power cut takes back is
    /// made again, as a machine without its note counts as half made.
    static func write(_ note: some Encodable, to path: FilePath, durable: Bool = false) throws(ProviderError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do { data = try encoder.encode(note) } catch { throw .failed("writing '\(path)': \(error)") }
        try ProviderError.translate { () throws(HostError) in
            try AtomicFile.write(Array(data), to: path, mode: .ownerReadWrite, durable: durable)
        }
    }
}
