import DevenvHost
import SystemPackage

/// The log of a provisioner's last run, `log/provision-NAME.log`.
final class ProvisionLog: Sendable {
    private let file: FileDescriptor

    /// Starts the log anew.
    init(directory: FilePath, name: String) throws(HostError) {
        try HostFiles.makeDirectory(directory, mode: .ownerReadWriteExecute)
        // a name is free text: what could lead out of the directory is replaced
        let safe = String(name.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
        let path = directory.appending("provision-\(safe).log")
        file = try HostError.wrap("writing", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        }
    }

    deinit {
        try? file.close()  // a log that could not be written whole is no reason to fail a provisioner that ran
    }

    /// Adds output.
    func append(_ bytes: [UInt8]) {
        _ = try? file.writeAll(bytes)  // as above: a full disk must not end the run that it would be seen in
    }
}
