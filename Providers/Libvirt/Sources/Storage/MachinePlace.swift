package import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
package import SystemPackage

/// Where devenv keeps its own files about one machine on this host, from the machine's identity alone.
package struct MachinePlace: Hashable, Sendable {
    /// All of its files that must survive a reboot.
    package let directory: FilePath
    /// Where its seed is put together: a directory that holds keys for a moment.
    package let workshop: FilePath

    /// Names the places; makes none.
    package init(_ identity: MachineIdentity, in directories: HostDirectories) {
        directory = Self.machines(in: directories).appending(identity.project.rawValue)
            .appending(identity.machine.rawValue)
        workshop = directories.runtime.appending("libvirt").appending("\(identity.project)-\(identity.machine)")
    }

    /// All machines' files.
    package static func machines(in directories: HostDirectories) -> FilePath {
        directories.data.appending("libvirt").appending("machines")
    }

    /// Which volumes were made for it.
    var volumesNote: FilePath { directory.appending("volumes.json") }
    /// Which snapshots it has.
    var snapshotsNote: FilePath { directory.appending("snapshots.json") }
    /// Copies of files that belong to snapshots.
    package var copies: FilePath { directory.appending("snapshots") }

    /// Removes all, and the directories above that are then empty.
    package func remove() throws(HostError) {
        try HostFiles.remove(workshop)
        try HostFiles.remove(directory)
        var parent = directory.removingLastComponent()
        for _ in 0..<3 where !parent.isEmpty {
            // one that is not empty is another machine's too
            guard unsafe rmdir(parent.string) == 0 else { return }
            parent = parent.removingLastComponent()
        }
    }
}
