import DevenvHost
package import DevenvModel
import DevenvPluginAPI
import SystemPackage

// What was recorded of machines when their snapshots were saved. The snapshots themselves are their providers'.
extension ProjectStore {
    private func file(of snapshot: SnapshotName, _ machine: MachineName) -> FilePath {
        directory(of: machine).appending("snapshots").appending("\(snapshot).json")
    }

    /// Keeps what is recorded of a machine now, in place of what was kept under that name before.
    package func keep(_ record: MachineRecord, as snapshot: SnapshotName) throws(StateError) {
        let path = file(of: snapshot, record.identity.name)
        try makeDirectory(path.removingLastComponent())
        try StateFile.write(record, to: path)
    }

    /// What was recorded of this very machine when a snapshot of it was saved; nil where that is not known.
    package func kept(_ snapshot: SnapshotName, of machine: MachineRecord) throws(StateError) -> MachineRecord? {
        let kept = try StateFile.readIntact(MachineRecord.self, file(of: snapshot, machine.identity.name))
        return kept?.identity.machine == machine.identity.machine ? kept : nil
    }

    /// Forgets what was kept for a snapshot.
    package func forget(_ snapshot: SnapshotName, of machine: MachineName) throws(StateError) {
        let path = file(of: snapshot, machine)
        try StateError.wrap { () throws(HostError) in try HostFiles.remove(path) }
    }

    /// The record of a machine as it will be when its way back to a snapshot is completed. Where it is not known what was
    /// done in the machine by then, nothing was.
    package func completing(_ record: MachineRecord) throws(StateError) -> MachineRecord {
        guard let restoration = record.restoration else { return record }
        return try kept(restoration.snapshot, of: record).map(record.goneBack) ?? record.withNothingDone()
    }
}
