package import DevenvModel
package import DevenvPluginAPI

/// What is kept of a machine, in `.devenv/machines/NAME/machine.json`: what was intended and what came of it. What is real
/// now, only its provider knows.
package struct MachineRecord: Hashable, Sendable, Codable {
    /// How far the machine had come when this was written.
    package enum Phase: String, Sendable, Codable {
        /// Its creation was intended; anything between nothing and all of it may be there.
        case creating
        /// It was made.
        case created
        /// Its removal was intended; anything between all and nothing of it may be there.
        case destroying
    }

    /// Who it is.
    package let identity: MachineIdentity
    /// The provider that has it.
    package let provider: ProviderName
    /// How far it had come.
    package var phase: Phase
    /// What the provider said before anything was made, so that whatever was begun can be found; nil where its marks are
    /// enough.
    package var claim: ProviderRecord?
    /// What the provider returned last.
    package var providerRecord: ProviderRecord
    /// The settings that it was made or last started with.
    package var settings: [MachineSetting]
    /// The name of the box that it was made from.
    package let boxName: String
    /// The box's digest.
    package let boxDigest: String
    /// The box's version; nil where it had none, or where an earlier devenv made the machine.
    package var boxVersion: String?
    /// The user to log in as.
    package var user: String
    /// The port of its SSH server.
    package var sshPort: UInt16
    /// The user's own private key in place of the machine's, where the Envfile names one.
    package var ownKey: String?
    /// Its addresses by network, as last given.
    package var addresses: [String: IPv4Address]
    /// Its forwards, as last given.
    package var forwards: [PortForward]
    /// How long it may take to stop.
    package var stopTimeoutMilliseconds: Int64
    /// What came of the last synchronisation of each folder, by its target.
    package var folders: [String: FolderSync]
    /// What came of each provisioner's last run.
    package var provisioners: [String: ProvisionerRun]
    /// How often it has been started.
    package var starts: Int
    /// Whether its `ready` checks have held since it was last started or changed.
    package var isReady: Bool
    /// What its `ready` checks were when they last held; nil where they never did, or where an earlier devenv looked.
    package var heldChecks: [String]?
    /// Whether its first login has replaced its box's well-known key; nil where its box has none.
    package var isIntroduced: Bool?
    /// Which of its starts it has answered on SSH after; nil for none.
    package var answeredStart: Int?
    /// Which of its starts its provider has done to it what it was to do once it had answered; nil for none.
    package var customizedStart: Int?
    /// Whether it goes on after a pause, or from a snapshot of its memory, and its clock was not set yet; nil for no.
    package var isComingBack: Bool?
    /// The snapshot that it is being brought back to; nil unless that was begun and not completed.
    package var restoration: Restoration?
    /// Whether the file was damaged or gone and this is its copy, which may lack what was noted last; nil for no, and in files.
    package var isRecovered: Bool?
    /// The machines that it waited for, so that halting and destroying can go in reverse without an Envfile.
    package var dependencies: [MachineName]

    /// The record of a machine whose creation is intended.
    package init(identity: MachineIdentity, provider: ProviderName, boxName: String, boxDigest: String, user: String) {
        self.identity = identity
        self.provider = provider
        phase = .creating
        providerRecord = [:]
        settings = []
        self.boxName = boxName
        self.boxDigest = boxDigest
        self.user = user
        sshPort = 22
        addresses = [:]
        forwards = []
        stopTimeoutMilliseconds = 30_000
        folders = [:]
        provisioners = [:]
        starts = 0
        isReady = false
        dependencies = []
    }

    func recovered() -> MachineRecord {
        var record = self
        record.isRecovered = true
        return record
    }

    /// What its provider is told of it.
    package var recorded: RecordedMachine {
        RecordedMachine(identity: identity, record: (claim ?? [:]).merging(providerRecord) { _, later in later })
    }
}

/// What came of the last synchronisation of a folder.
package struct FolderSync: Hashable, Sendable, Codable {
    /// What the folder was on the host.
    package let fingerprint: String
    /// What the synchronizer wants to be told the next time.
    package let memory: String?

    /// Makes a record.
    package init(fingerprint: String, memory: String?) {
        self.fingerprint = fingerprint
        self.memory = memory
    }
}

/// What came of the last run of a provisioner.
package struct ProvisionerRun: Hashable, Sendable, Codable {
    /// What it rested on.
    package let fingerprint: ProvisionerFingerprint
    /// Whether it succeeded.
    package let succeeded: Bool
    /// The exit status of what it ran, where there was one.
    package let exitStatus: Int?
    /// When it ended, in seconds since 1970.
    package let endedAt: Int
    /// How often the machine had been started by then.
    package let starts: Int

    /// Makes a record.
    package init(
        fingerprint: ProvisionerFingerprint, succeeded: Bool, exitStatus: Int?, endedAt: Int, starts: Int
    ) {
        self.starts = starts
        self.fingerprint = fingerprint
        self.succeeded = succeeded
        self.exitStatus = exitStatus
        self.endedAt = endedAt
    }
}
