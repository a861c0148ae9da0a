import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import SystemPackage

/// A machine whose snapshots are worked on. Its caller holds the machine's lock.
struct SnapshotSubject: Sendable {
    let connection: LibvirtConnection
    let tools: any ToolRunner
    let identity: MachineIdentity
    let domain: DomainID
    let place: MachinePlace

    /// The machine of an identity; nil where libvirt has none.
    static func find(_ identity: MachineIdentity, _ snapshots: MachineSnapshots) async throws(ProviderError)
        -> SnapshotSubject?
    {
        guard let domain = DomainID(identity.domainUUID) else { return nil }
        let subject = SnapshotSubject(
            connection: snapshots.connection, tools: snapshots.tools, identity: identity, domain: domain,
            place: MachinePlace(identity, in: snapshots.directories))
        return try await subject.info() == nil ? nil : subject
    }

    /// What libvirt knows of the machine.
    func info() async throws(ProviderError) -> DomainInfo? {
        try await ask("looking for") { () async throws(LibvirtError) in
            do throws(LibvirtError) { return try await connection.domainInfo(domain) } catch {
                guard error.isMissing else { throw error }
                return nil
            }
        }
    }

    /// Asks libvirt for something that concerns the machine.
    func ask<Value: Sendable>(_ attempt: String, _ call: () async throws(LibvirtError) -> Value)
        async throws(ProviderError) -> Value
    {
        try await ProviderError.libvirt("\(attempt) '\(identity.name)'", call)
    }

    /// What is noted.
    static func note(at place: MachinePlace) throws(ProviderError) -> SnapshotsNote {
        try Notes.read(SnapshotsNote.self, at: place.snapshotsNote) ?? SnapshotsNote()
    }

    /// What is noted of this machine.
    func note() throws(ProviderError) -> SnapshotsNote { try Self.note(at: place) }

    /// Notes something.
    func write(_ note: SnapshotsNote) throws(ProviderError) { try Notes.write(note, to: place.snapshotsNote) }

    /// Whether files of the machine can be worked on from here, beside libvirt.
    var reachesFiles: Bool { PoolReach(uri: connection.uri) == .files }

    /// What a snapshot of the machine holds, as it is now or as it will be started next.
    func parts(isActive: Bool) async throws(ProviderError) -> SnapshotParts {
        let xml = try await ask("looking at") { () async throws(LibvirtError) in
            try await connection.domainXML(domain, inactive: !isActive)
        }
        return try SnapshotParts(domain: xml, variablesDirectory: variablesDirectory)
    }

    /// Where libvirt keeps the variables of firmware.
    private var variablesDirectory: FilePath {
        guard LibvirtURI(connection.uri).scope == .session else { return "/var/lib/libvirt/qemu/nvram" }
        let home = Self.variable("XDG_CONFIG_HOME") ?? (Self.variable("HOME") ?? "/") + "/.config"
        return FilePath(home).pushing("libvirt/qemu/nvram")
    }

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    func images(_ paths: [FilePath]) -> TaggedImages { TaggedImages(images: paths, tools: tools) }
}

// MARK: - What there is

extension SnapshotSubject {
    /// The whole snapshots, oldest first. Of those that libvirt makes it knows best itself which are there; what devenv has
    /// noted of them is whom they follow.
    func entries() async throws(ProviderError) -> [SnapshotEntry] {
        let note = try note()
        let known = try await ask("listing the snapshots of") { () async throws(LibvirtError) in
            try await connection.snapshots(domain)
        }
        let own = note.snapshots.filter { $0.parts != nil }
        let theirs = known.compactMap { SnapshotEntry($0, note) }.filter { !note.isRemoving($0.name) }
        let order = Dictionary(
            note.snapshots.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set((own + theirs).map(\.name))
        return (own + theirs).map { entry in
            var entry = entry
            // somebody may have removed it by other means
            entry.parent = entry.parent.flatMap { names.contains($0) ? $0 : nil }
            return entry
        }.sorted { one, other in
            let (left, right) = (order[one.name] ?? .max, order[other.name] ?? .max)
            return (one.created, left, one.name) < (other.created, right, other.name)
        }
    }
}

extension SnapshotEntry {
    /// Reads one that libvirt has made; nil for one of a kind that devenv can't bring back.
    init?(_ info: SnapshotInfo, _ note: SnapshotsNote) {
        let disks = info.xml["disks"]?.children(named: "disk") ?? []
        guard let name = SnapshotName(rawValue: info.name), let activity = Self.activity(info.xml["state"]?.text),
            !disks.contains(where: { $0[attribute: "snapshot"] == "external" })
        else { return nil }
        self.name = name
        self.activity = activity
        let noted = note[name].flatMap { $0.parts == nil ? $0 : nil }
        created = (info.xml["creationTime"]?.text).flatMap { Int($0) } ?? 0
        parent = noted.map(\.parent) ?? info.parent.flatMap { SnapshotName(rawValue: $0) }
        parts = nil
    }

    private static func activity(_ state: String?) -> Activity? {
        switch state {
        case "running", "blocked": .running
        case "paused": .paused
        case "shutoff", "shut off": .stopped
        default: nil
        }
    }
}
