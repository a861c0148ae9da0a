import DevenvModel
import DevenvPluginAPI
import Synchronization

/// A communicator whose machine does what a test says: lets everybody in and succeeds at everything, unless told otherwise.
final class ScriptedCommunicator: Communicator {
    /// Decides whether an endpoint lets us in.
    let ready: @Sendable (SSHEndpoint, Duration) async throws(CommunicatorError) -> Void
    /// Decides how a command ends, and what it prints.
    let answer: @Sendable (SSHEndpoint, String) -> (exit: RemoteExit, output: String)
    private let shared: Shared
    private let endpoint: SSHEndpoint?

    /// What all of one machine's communicators have seen.
    private final class Shared: Sendable {
        let endpoints = Mutex<[SSHEndpoint]>([])
        let commands = Mutex<[String]>([])
    }

    /// Makes one, for any endpoint.
    init(
        ready: @escaping @Sendable (SSHEndpoint, Duration) async throws(CommunicatorError) -> Void = {
            (_, _) throws(CommunicatorError) in
        },
        answer: @escaping @Sendable (SSHEndpoint, String) -> (exit: RemoteExit, output: String) = { _, _ in
            (.status(0), "")
        }
    ) {
        self.ready = ready
        self.answer = answer
        shared = Shared()
        endpoint = nil
    }

    private init(_ other: ScriptedCommunicator, _ endpoint: SSHEndpoint) {
        ready = other.ready
        answer = other.answer
        shared = other.shared
        self.endpoint = endpoint
        shared.endpoints.withLock { $0.append(endpoint) }
    }

    /// The same for one endpoint.
    func at(_ endpoint: SSHEndpoint) -> ScriptedCommunicator { ScriptedCommunicator(self, endpoint) }

    /// The endpoints that communicators were made for, in order.
    var endpoints: [SSHEndpoint] { shared.endpoints.withLock { $0 } }
    /// The commands that were run, in order.
    var commands: [String] { shared.commands.withLock { $0 } }

    func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {
        if let endpoint { try await ready(endpoint, timeout) }
    }

    func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError) -> RemoteExit {
        shared.commands.withLock { $0.append(command.text) }
        guard let endpoint else { return .status(0) }
        let (exit, text) = answer(endpoint, command.text)
        output(.standardError, Array(text.utf8))
        return exit
    }

    func close() async {}
}

/// Counts what is synchronised; nothing is.
final class ScriptedSynchronizer: FolderSynchronizer {
    private let pushes = Mutex<[String]>([])
    private let content = Mutex("tree-1")

    /// The targets that were pushed, in order.
    var targets: [String] { pushes.withLock { $0 } }

    /// Changes what every folder is on the host.
    func changeFolders(to content: String) { self.content.withLock { $0 = content } }

    func fingerprint(_ folder: SyncedFolder) async throws(SyncError) -> String {
        content.withLock { $0 }
    }

    func push(
        _ folder: SyncedFolder, to endpoint: SSHEndpoint, over communicator: any Communicator, knowing memory: String?
    ) async throws(SyncError) -> SyncResult {
        pushes.withLock { $0.append(folder.target.string) }
        return SyncResult(summary: SyncSummary(changedFiles: 1, sentBytes: 1))
    }

    func carry(
        _ load: FileLoad, with endpoint: SSHEndpoint, over communicator: any Communicator,
        progress: @escaping @Sendable (LoadProgress) -> Void
    ) async throws(SyncError) -> SyncSummary {
        throw SyncError("not expected")
    }

    func bringBack(
        _ folder: SyncedFolder, _ order: ReturnOrder, from endpoint: SSHEndpoint, over communicator: any Communicator
    ) async throws(SyncError) -> ReturnResult {
        throw SyncError("not expected")
    }

    func comparison(
        of folder: SyncedFolder, unchangedSince moment: Duration, over communicator: any Communicator,
        knowing memory: String, fingerprint: String
    ) async throws(SyncError) -> FolderComparison {
        FolderComparison(reading: try await reading(of: folder, unchangedSince: moment), isEqual: false)
    }

    func reading(of folder: SyncedFolder, unchangedSince moment: Duration) async throws(SyncError) -> FolderReading {
        FolderReading(fingerprint: content.withLock { $0 }, base: [])
    }
}
