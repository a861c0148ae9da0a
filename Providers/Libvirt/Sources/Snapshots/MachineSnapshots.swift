package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI
import SystemPackage

/// The snapshots of machines: always within the machine's own images, so that no chain of images ever grows and nothing is
/// ever written into a base.
///
/// libvirt makes them wherever it can do all of it. Where it can't (UEFI, disks that hold no snapshots) devenv does, by QEMU's
/// monitor while the machine runs and by qemu-img while it is off, with copies of the files that are no images. What is
/// begun is noted first: `settle` takes back or completes what did not come to its end.
package struct MachineSnapshots: Sendable {
    let connection: LibvirtConnection
    let directories: HostDirectories
    let tools: any ToolRunner

    /// Touches nothing.
    package init(
        connection: LibvirtConnection, directories: HostDirectories, tools: any ToolRunner = SystemToolRunner()
    ) {
        self.connection = connection
        self.directories = directories
        self.tools = tools
    }

    /// The machine's whole snapshots, oldest first; none for a machine that is not there.
    package func list(_ identity: MachineIdentity) async throws(ProviderError) -> [MachineSnapshot] {
        guard let machine = try await SnapshotSubject.find(identity, self) else { return [] }
        return try await machine.entries().map(\.snapshot)
    }

    /// Saves the machine as it is, with its memory where it runs or is paused; it goes on as it was. Killed in between, it leaves
    /// the whole snapshot or none that is listed. A machine that is saved to disk is refused: its memory is in a file that
    /// only its next start can read.
    package func save(_ name: SnapshotName, of identity: MachineIdentity) async throws(ProviderError) {
        let machine = try await present(identity)
        try await machine.settle()
        if try await machine.entries().contains(where: { $0.name == name }) {
            throw .invalidRequest(
                "'\(identity.name)' has a snapshot '\(name)' already",
                help: "choose another name, or run 'devenv snapshot delete'")
        }
        try await machine.save(name)
    }

    /// Brings the machine back to a snapshot: its disks, and whether it runs. Repeating it starts over.
    package func restore(_ name: SnapshotName, of identity: MachineIdentity) async throws(ProviderError) {
        let machine = try await present(identity)
        // one that was begun need not come to its end first: it is about to be overwritten
        try await machine.settle(completingRestores: false)
        guard let entry = try await machine.entries().first(where: { $0.name == name }) else {
            throw .invalidRequest(
                "'\(identity.name)' has no snapshot '\(name)'", help: "'devenv snapshot list' shows those it has")
        }
        try await machine.restore(entry)
    }

    /// Removes a snapshot; the others stay whole. One that is not there is fine.
    package func delete(_ name: SnapshotName, of identity: MachineIdentity) async throws(ProviderError) {
        guard let machine = try await SnapshotSubject.find(identity, self) else { return }
        try await machine.settle()
        guard let entry = try await machine.entries().first(where: { $0.name == name }) else { return }
        try await machine.delete(entry)
    }

    /// Takes back or completes what an end in the middle of one of the above has left, so that the machine may be started. Asks
    /// nothing of libvirt where there is no such thing.
    package func settle(_ identity: MachineIdentity) async throws(ProviderError) {
        let note = try SnapshotSubject.note(at: MachinePlace(identity, in: directories))
        guard note.ongoing != nil, let machine = try await SnapshotSubject.find(identity, self) else { return }
        try await machine.settle()
    }

    private func present(_ identity: MachineIdentity) async throws(ProviderError) -> SnapshotSubject {
        guard let machine = try await SnapshotSubject.find(identity, self) else {
            throw .invalidRequest("'\(identity.name)' is not created", help: "run 'devenv up'")
        }
        return machine
    }
}
