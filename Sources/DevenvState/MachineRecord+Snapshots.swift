package import DevenvModel

/// A way back that was begun; anything between what the machine was and what the snapshot holds may be there.
package struct Restoration: Hashable, Sendable, Codable {
    /// The snapshot.
    package let snapshot: SnapshotName
    /// Whether the machine will run then.
    package let isRunning: Bool

    /// Makes a note of it.
    package init(snapshot: SnapshotName, isRunning: Bool) {
        self.snapshot = snapshot
        self.isRunning = isRunning
    }
}

extension MachineRecord {
    /// The record of the machine once it is what it was when `then` was kept: all that is inside it, and what it was started
    /// with, is as recorded there; its place on the host is as it is now.
    package func goneBack(to then: MachineRecord) -> MachineRecord {
        var record = self
        record.settings = then.settings
        record.user = then.user
        record.sshPort = then.sshPort
        record.ownKey = then.ownKey
        record.addresses = then.addresses
        record.folders = then.folders
        record.provisioners = then.provisioners
        record.starts = then.starts
        record.answeredStart = then.answeredStart
        record.customizedStart = then.customizedStart
        record.isIntroduced = then.isIntroduced
        record.isReady = then.isReady
        return record
    }

    /// The record of the machine when nobody knows what was done in it: everything is done again.
    package func withNothingDone() -> MachineRecord {
        var record = self
        record.folders = [:]
        record.provisioners = [:]
        record.isReady = false
        return record
    }
}
