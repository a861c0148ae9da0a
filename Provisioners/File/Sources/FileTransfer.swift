import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc
import Synchronization
import SystemPackage

/// Sends a source to a machine as one stream.
struct FileTransfer {
    /// Where it is.
    let source: FileSource
    /// What of it is sent, by names within it.
    let members: [String]
    /// How long it may take.
    let timeout: Duration?
    /// What is attempted, for messages.
    let attempt: String

    /// Streams the source through the program that installs it.
    func run(on communicator: any Communicator, _ installation: (String) -> FileInstallation)
        async throws(ProvisionerError)
    {
        let folder = Self.temporary.appending("devenv-" + SecureRandom.hexadecimal(digits: 16))
        let mark = folder.appending("devenv-end-" + SecureRandom.hexadecimal(digits: 16))
        defer { try? HostFiles.remove(folder) }  // an empty file in a temporary directory
        do throws(HostError) {
            try HostFiles.makeDirectory(folder, mode: .ownerReadWriteExecute)
            try AtomicFile.write([], to: mark, durable: false)
        } catch {
            throw ProvisionerError("\(attempt): \(error)")
        }
        let program = installation(mark.lastComponent?.string ?? "").program
        let complaints = Complaints()
        let sent: (outcome: ToolOutcome, value: RemoteProgramOutcome)
        do throws(ToolError) {
            let timeout = timeout
            sent = try await SystemToolRunner().stream(source.archive(members, endMark: mark)) { chunks in
                await program.run(
                    on: communicator, input: .stream(chunks), timeout: timeout, output: complaints.handler)
            }
        } catch {
            throw ProvisionerError("\(attempt): \(error)", isCancellation: error.code == .cancelled)
        }
        try judge(sent.value, sent.outcome, complaints.text)
    }

    private func judge(_ outcome: RemoteProgramOutcome, _ archive: ToolOutcome, _ complaint: String)
        throws(ProvisionerError)
    {
        switch outcome {
        case .ended(0, _):
            guard archive.status == 0 else { throw ProvisionerError("\(attempt): \(archive.complaint)") }
        case .ended(let status, _):
            throw ProvisionerError("\(attempt): it failed with exit status \(status)", exitStatus: status)
        case .refused(let reason):
            // where the host's tar had its troubles too, they came first
            let cause = archive.status == 0 || archive.standardError.isEmpty ? complaint : archive.complaint
            throw ProvisionerError("\(attempt): \(reason)" + (cause.isEmpty ? "" : " (\(cause))"))
        case .notStarted(let exit, let complaint):
            throw ProvisionerError(
                "\(attempt): \(complaint.isEmpty ? "the login shell ended with \(exit)" : complaint)",
                help: "let the user become root by sudo without a password (NOPASSWD), or choose a target of the user's"
            )
        case .brokenOff(let exit, _):
            throw ProvisionerError("\(attempt): something in the machine ended it (\(exit))")
        case .unreachable(let error, _): throw ProvisionerError(error, attempt)
        }
    }

    private static var temporary: FilePath { getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp" }
}

/// What the machine's programs said on their error output.
private final class Complaints: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var handler: OutputHandler {
        { _, chunk in self.bytes.withLock { $0 = ($0 + chunk).suffix(4096) } }
    }

    /// The last lines as one.
    var text: String {
        let lines = bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(whereSeparator: \.isNewline)
        return lines.suffix(3).joined(separator: "; ")
    }
}
