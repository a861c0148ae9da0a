import DevenvHost
import DevenvModel
import SystemPackage

/// The bridge of one network of one project, or of those that share it: where its machines meet, and the host.
struct Bridge: Hashable, Sendable {
    /// The project; what stands for all of them where they share the network.
    let project: ProjectID
    /// The network.
    let network: NetworkName
    /// Its addresses; the host takes the first.
    let subnet: IPv4Subnet
    /// Whether nothing leads from it but to the host.
    var isInternal = false
    /// Its IPv6 addresses, nil where it has none; the host takes the one that belongs to its other.
    var subnet6: IPv6Subnet?

    /// All names of devenv's bridges begin with it.
    static let prefix = "dv"

    /// The interface's name, 15 characters, which is all that the kernel allows: 8 digits of the project, 5 of a digest
    /// of the network's name.
    var name: String {
        let digest = String(Self.digest("\(project)/\(network)"), radix: 16)
        let digits = String(repeating: "0", count: max(0, 16 - digest.count)) + digest
        return Self.prefix + project.short + digits.suffix(5)
    }

    /// What the interface is marked with. It is set last: a bridge that carries it is whole.
    var alias: String { "devenv:\(project):\(network):\(subnet)" + (subnet6.map { ",\($0)" } ?? "") }

    /// A fixed address: by default a bridge takes the lowest one of its ports, so that the gateway would change under
    /// live connections whenever a machine comes or goes.
    var mac: MACAddress { MACAddress(for: subnet.gateway) }

    /// What is there of it.
    func presence() throws(HostError) -> Presence {
        let link = Links.directory.appending(name)
        guard HostFiles.exists(link) else { return .absent }
        let alias = try HostFiles.read(link.appending("ifalias"), limit: 4096) ?? []
        return String(decoding: alias, as: UTF8.self) == self.alias + "\n" ? .whole : .partial
    }

    /// How much of it there is.
    enum Presence: Hashable {
        case absent
        case partial
        case whole
    }

    /// What stands for the projects of this host that share networks: those of one index of projects, which gives out their addresses.
    static func sharing(_ directories: HostDirectories) -> ProjectID {
        let digest = String(Self.digest("shared \(directories.data)"), radix: 16)
        return ProjectID(unchecked: String(repeating: "0", count: max(0, 16 - digest.count)) + digest)
    }

    /// FNV-1a: the same on every host and in every version, as what it names outlives the program.
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
