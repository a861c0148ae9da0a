import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvSSH
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import DevenvSync

/// A folder that is being watched in this process, and the sshd that it is sent to.
final class LiveRig: Sendable {
    let server: SSHServer
    private let events = Mutex<[LiveEvent]>([])

    private init(_ server: SSHServer) { self.server = server }

    var source: FilePath { server.directory.path.appending("source") }
    var target: FilePath { server.directory.path.appending("target") }
    var transfers: Int { count(ofComparisons: false) }
    var comparisons: Int { count(ofComparisons: true) }

    /// Runs a test beside a watched folder that a script has filled, once it was compared.
    static func with(
        exclude: [String] = [], before script: String = "", delete: Bool = true, arguments: [String] = [],
        _ body: @Sendable @escaping (LiveRig) async throws -> Void
    ) async throws {
        try await SSHServer.with { server in
            let rig = LiveRig(server)
            try HostFiles.makeDirectory(rig.source)
            try await rig.sh(script)
            try await rig.watch(exclude: exclude, delete: delete, arguments: arguments, patient: false) {
                try await rig.expectState("it is watched") { $0 == "watching" }
                try await body(rig)
            }
        }
    }

    /// Runs a test beside a watched folder, with a server that is only there when the test has it serve.
    static func withServerAway(_ body: @Sendable @escaping (LiveRig) async throws -> Void) async throws {
        try await SSHServer.prepared { server in
            let rig = LiveRig(server)
            try HostFiles.makeDirectory(rig.source)
            try await rig.watch(patient: true) { try await body(rig) }
        }
    }

    private func watch(
        exclude: [String] = [], delete: Bool = true, arguments: [String] = [], patient: Bool,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let (rig, server) = (self, self.server)
        let folder = SyncedFolder(
            source: Located(rig.source), target: GuestPath(rig.target.string), exclude: exclude, delete: delete,
            watch: true, arguments: arguments)
        let communicator = SSHCommunicator(server.endpoint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await InotifyFolderWatcher(runner: SystemToolRunner()).watch(
                    folder, to: server.endpoint, over: communicator,
                    lock: server.directory.path.appending("lock"), patient: patient
                ) { event in rig.events.withLock { $0.append(event) } }
            }
            group.addTask { try await body() }
            // the watcher goes on until it is cancelled, or throws
            try await group.next()
            group.cancelAll()
        }
        await communicator.close()
    }

    /// Runs a script in the folder, or in another directory.
    func sh(
        _ script: String, in directory: FilePath? = nil, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) async throws {
        let call = ToolInvocation("sh", ["-c", script], directory: directory ?? source)
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(script): \(outcome.complaint)", sourceLocation: sourceLocation)
    }

    /// Waits until both trees hold the same.
    func expectEqual(_ what: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
        let options = ["-rlpcni", "--delete", "--exclude=.devenv", "--exclude=node_modules", "--exclude=*.tmp"]
        let call = ToolInvocation("rsync", options + ["\(source)/", "\(target)/"])
        try await eventually(Comment(rawValue: "\(what): the trees are equal"), sourceLocation: sourceLocation) {
            let outcome = try await SystemToolRunner().run(call)
            return outcome.status == 0 && outcome.standardOutput.isEmpty
        }
    }

    /// Waits until a file in the machine has a content.
    func wait(for name: String, _ content: String, sourceLocation: Testing.SourceLocation = #_sourceLocation)
        async throws
    {
        try await eventually(Comment(rawValue: "\(name) arrives"), sourceLocation: sourceLocation) {
            try self.server.directory.read("target/\(name)") == content
        }
    }

    /// Waits until the last state that was told fulfils a condition.
    func expectState(
        _ what: Comment, sourceLocation: Testing.SourceLocation = #_sourceLocation,
        _ isMeant: @Sendable (String) -> Bool
    ) async throws {
        try await eventually(what, sourceLocation: sourceLocation) {
            self.events.withLock { events in
                let states = events.compactMap { event -> String? in
                    switch event {
                    case .waiting(let reason): reason
                    case .watching: "watching"
                    case .comparing: "comparing"
                    case .sent: nil
                    }
                }
                return states.last.map(isMeant) ?? false
            }
        }
    }

    private func count(ofComparisons areMeant: Bool) -> Int {
        events.withLock { events in
            events.count { if case .sent(_, _, let isComparison, _) = $0 { isComparison == areMeant } else { false } }
        }
    }
}
