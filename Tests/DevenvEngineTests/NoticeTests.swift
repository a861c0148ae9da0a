import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState
import DevenvTestSupport
import Synchronization
import Testing

/// What the user is told of machines that were made.
@Suite(.requiresRoot) struct NoticeTests {
    @Test func whatAProviderHasToSayIsSaidOnce() async throws {
        var script = MemoryProvider.Script()
        script.notices = ["it is emulated"]
        try await EngineRig.with("web", "db", provider: MemoryProvider(script: script)) { rig in
            #expect(try await notices(of: rig) == ["db: it is emulated", "web: it is emulated"])
            for name in ["web", "db"] {
                rig.provider.change(try rig.record(name).identity) { $0.state = .stopped }
            }
            #expect(try await notices(of: rig) == [])
        }
    }

    private func notices(of rig: EngineRig) async throws -> [String] {
        let notices = Mutex<[String]>([])
        let operation = try await rig.engine.prepareUp(rig.graph, targets: rig.names, options: UpOptions())
        let report = try await rig.engine.carryOut(operation, width: 2, wait: .forever) { event in
            guard case .notice(let machine, let text) = event else { return }
            notices.withLock { $0.append("\(machine?.rawValue ?? "all"): \(text)") }
        }
        #expect(report.failures.isEmpty)
        return notices.withLock { $0.sorted() }
    }
}
