import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import VirtualBoxProvider

/// How calls are made: tried again, asked twice, given up.
struct RunningTests {
    private static let locked = """
        VBoxManage: error: The machine 'c0' already has a lock request pending
        VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap

        """
    private let change = VBoxCall(["modifyvm", "x", "--memory", "64"])

    private func manage(
        _ runner: ScriptedRunner, question: Duration = .seconds(60), transition: Duration = .seconds(60)
    )
        -> VBoxManage
    {
        VBoxManage(
            tools: runner, environment: ["VBOX_USER_HOME": "/h", "HOME": "/u"],
            patience: VBoxManage.Patience(question: question, transition: transition))
    }

    @Test func lockedMachinesAreTriedAgain() async throws {
        let runner = ScriptedRunner { $0 < 3 ? .complaint(Self.locked) : .output("done") }
        #expect(try await manage(runner).run(change) == "done")
        #expect(await runner.invocations.count == 3)
    }

    @Test func machinesThatStayLockedAreGivenUp() async throws {
        let runner = ScriptedRunner { _ in .complaint(Self.locked) }
        let error = await #expect(throws: VBoxError.self) {
            try await manage(runner, transition: .milliseconds(200)).run(change)
        }
        #expect(error?.isLocked == true)
        #expect(error?.providerError("changing 'web'").help?.contains("close the window") == true)
    }

    @Test func whatDoesNotPassIsTriedOnce() async throws {
        let runner = ScriptedRunner { _ in .complaint("VBoxManage: error: Unknown option: --nosuch\n", status: 2) }
        await #expect(throws: VBoxError.self) { try await manage(runner).run(change) }
        #expect(await runner.invocations.count == 1)
    }

    @Test func aQuestionWhoseClientHangsIsAskedAgain() async throws {
        let runner = ScriptedRunner { $0 == 1 ? .hanging : .output("\"a\" {690705fb-22f9-4422-8557-d6078ba55c9d}\n") }
        let output = try await manage(runner, question: .milliseconds(20)).run(.machines)
        #expect(MachineList.read(output).count == 1)
        #expect(await runner.invocations.count == 2)
    }

    @Test func aChangeIsNeverMadeTwiceAtOnce() async throws {
        let runner = ScriptedRunner { _ in .hanging }
        let call = Task { try await manage(runner, question: .milliseconds(1)).run(change) }
        // longer than a question would have been waited for
        let start = ContinuousClock.now
        try await eventually { ContinuousClock.now > start + .milliseconds(20) }
        call.cancel()
        await #expect(throws: VBoxError.self) { try await call.value }
        #expect(await runner.invocations.count == 1)
    }

    @Test func onlyVirtualBoxsOwnVariablesAreHandedOnAndUTF8IsKept() {
        let invocation = VBoxManage(environment: ["VBOX_USER_HOME": "/h", "HOME": "/u"]).invocation(of: change)
        #expect(invocation.environment == ["VBOX_USER_HOME": "/h", "LC_ALL": "C.UTF-8"])
        #expect(invocation.tool == "VBoxManage")
    }

    @Test(arguments: [("6.0.24r139119", "older than 6.1"), ("nonsense", "is no version")])
    func releasesThatAreTooOldAreRefused(text: String, reason: String) async throws {
        let runner = ScriptedRunner { _ in .output(text) }
        let error = await #expect(throws: VBoxError.self) { try await manage(runner).version() }
        #expect(error?.message.contains(reason) == true)
    }
}
