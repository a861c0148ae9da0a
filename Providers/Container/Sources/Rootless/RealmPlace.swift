import DevenvHost
import DevenvModel
import SystemPackage

/// Where a user's realm keeps what is known of it. Nothing of it outlives the host's run.
struct RealmPlace: Hashable, Sendable {
    /// The directory of all of it.
    let directory: FilePath

    /// That of a user's directories.
    init(in directories: HostDirectories) { directory = directories.runtime.appending("realm") }

    /// One in a directory.
    init(directory: FilePath) { self.directory = directory }

    /// That of a realm.
    init(_ realm: UserRealm) { directory = realm.directory }

    /// Who holds the namespaces.
    var note: FilePath { directory.appending("holder.json") }
    /// The number of a holder that is being started, before there is a note of it.
    var processFile: FilePath { directory.appending("holder.pid") }
    /// Locked, shared, by whoever is in the realm.
    var claim: FilePath { directory.appending("use.lock") }
    /// Where slirp4netns takes its orders.
    var socket: FilePath { directory.appending("slirp.sock") }
    /// The sysfs of the realm's network, seen from within.
    var system: FilePath { directory.appending("sys") }
}

/// Who holds a realm's namespaces.
struct RealmNote: Codable, Hashable, Sendable {
    /// The process that does nothing else.
    let holder: MachineProcess
    /// The boot of the host that it belongs to, proc(5) random/boot_id.
    let boot: String
    /// The addresses of its way outside.
    let subnet: IPv4Subnet
    /// The control group that its machines have theirs below, from the root of the hierarchy of version 2 on; nil where none is
    /// delegated to the user.
    var group: String?

    /// The note of a realm that lives; nil where there is none, or where only its note is left.
    static func living(at place: RealmPlace) -> RealmNote? {
        // a damaged note is as good as none
        guard let note = (try? Notes.read(RealmNote.self, at: place.note)) ?? nil else { return nil }
        return note.boot == HostBoot.id && note.holder.isAlive ? note : nil
    }
}
