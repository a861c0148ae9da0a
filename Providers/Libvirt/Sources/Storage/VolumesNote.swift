import DevenvPluginAPI
import SystemPackage

/// Which volumes were made for a machine. Written before the first is made, completed after the last.
struct VolumesNote: Codable, Hashable, Sendable {
    /// Which libvirt has them.
    let uri: String
    /// Their pool.
    let pool: String
    /// The pool's directory.
    let directory: String
    /// Their names.
    var volumes: [String]
    /// The base that the first disk is an overlay of; nil before it is.
    var base: String?
    /// The bases of the box's further disks; nil for a box with one, as in notes of earlier versions.
    var furtherBases: [String]?
    /// Those that a machine may have used: one that is missing has taken its data with it.
    var made: [String]
    /// The digest of the seed that its volume is known to hold.
    var seed: String?

    /// A note about a machine of which nothing is there yet.
    init(_ plan: DiskPlan, in pool: OpenPool, uri: String) {
        self.uri = uri
        self.pool = pool.name
        directory = pool.directory.string
        volumes = plan.volumes
        made = []
    }

    /// The bases of all disks.
    var bases: [String] { (base.map { [$0] } ?? []) + (furtherBases ?? []) }

    /// Whether it speaks of this pool.
    func isAbout(_ pool: OpenPool, at uri: String) -> Bool {
        self.uri == uri && self.pool == pool.name && directory == pool.directory.string
    }

    /// Where a volume's file is.
    func path(of volume: String) -> FilePath { FilePath(directory).appending(volume) }
}
