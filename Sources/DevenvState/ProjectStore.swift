package import DevenvHost
package import DevenvModel
import DevenvPluginAPI
package import SystemPackage

/// The state of one project: `.devenv/` beside its Envfile, and its entry in the host-wide index.
///
/// Reading never locks and never changes anything. Whoever writes a machine's record holds the machine's lock.
package struct ProjectStore: Sendable {
    /// The directory of the Envfile.
    package let directory: FilePath
    /// The directories of this host.
    package let host: HostDirectories
    let command: String

    /// Names a store; nothing is made.
    package init(directory: FilePath, host: HostDirectories, command: String) {
        self.directory = directory
        self.host = host
        self.command = command
    }

    /// `.devenv`.
    package var root: FilePath { directory.appending(".devenv") }
    /// The directory of a machine.
    package func directory(of machine: MachineName) -> FilePath { machinesDirectory.appending(machine.rawValue) }
    /// The directory of a machine's logs.
    package func logs(of machine: MachineName) -> FilePath { directory(of: machine).appending("log") }

    var machinesDirectory: FilePath { root.appending("machines") }
    var projectFile: FilePath { root.appending("project.json") }
    func lockFile(of machine: MachineName) -> FilePath { root.appending("locks").appending(machine.rawValue) }
    private func file(of machine: MachineName) -> FilePath { directory(of: machine).appending("machine.json") }

    /// The project's record, nil where nothing was ever made.
    package func project() throws(StateError) -> ProjectRecord? {
        try StateFile.readEither(ProjectRecord.self, projectFile)?.content
    }

    /// The record of a machine, nil where none was made.
    package func machine(_ name: MachineName) throws(StateError) -> MachineRecord? {
        guard let (record, isCopy) = try StateFile.readEither(MachineRecord.self, file(of: name)) else { return nil }
        return isCopy ? record.recovered() : record
    }

    /// The records of all machines, by name.
    package func machines() throws(StateError) -> [MachineRecord] {
        let names = try StateError.wrap { () throws(HostError) in try HostFiles.list(machinesDirectory) }
        var records: [MachineRecord] = []
        for name in names.compactMap(MachineName.init(rawValue:)) {
            if let record = try machine(name) { records.append(record) }
        }
        return records
    }

    /// Keeps a machine's record. What can be done again may be `durable: false`: a power cut may then lose it, never tear it,
    /// and nothing waits until the disk has all that a machine has just written.
    package func save(_ record: MachineRecord, durable: Bool = true) throws(StateError) {
        let name = record.identity.name
        try StateError.wrap { () throws(HostError) in
            try HostFiles.makeDirectory(logs(of: name), mode: .ownerReadWriteExecute)
        }
        var record = record
        record.isRecovered = nil
        try StateFile.writeBoth(record, to: file(of: name), durable: durable)
    }

    /// Forgets a machine: its record first, then its keys and logs, so that a crash in between leaves no record of half of it.
    package func forget(_ machine: MachineName) throws(StateError) {
        try StateFile.removeBoth(file(of: machine))
        FaultPoint.reach("state.forget.record-removed")
        try StateError.wrap { () throws(HostError) in try HostFiles.remove(directory(of: machine)) }
    }
}
