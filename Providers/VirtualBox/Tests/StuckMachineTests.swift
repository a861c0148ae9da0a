import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Testing

@testable import VirtualBoxProvider

/// Machines whose processes give no answer.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct StuckMachineTests {
    /// One that is stopped in the middle of what it does is as one that is stuck: VirtualBox waits for it for ever.
    @Test func aMachineWhoseProcessIsStuckIsSwitchedOffAndDestroyedAndHidesNoOther() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            for request in [one, two] { try await fixture.up(request) }
            var hasty = try fixture.providerAroundStoppedProcess(of: one)
            let seen = try await hasty.observe([one.recorded, two.recorded])
            guard case .unknown(let why)? = seen[one.identity.machine]?.state else {
                Issue.record("\(seen)")
                return
            }
            #expect(why.contains("took longer than"))
            #expect(seen[two.identity.machine]?.state == .running)
            let refusal = await #expect(throws: ProviderError.self) {
                try await hasty.stop(one.recorded, grace: .seconds(1))
            }
            #expect(refusal?.help?.contains("'devenv halt --force'") == true)
            try await hasty.stop(one.recorded, grace: .zero)
            #expect(try await fixture.observation(of: one).state == .stopped)
            hasty = try fixture.providerAroundStoppedProcess(of: two)
            try await hasty.destroy(two.recorded)
            #expect(try await fixture.observation(of: two).state == .absent)
        }
    }
}

extension VirtualBoxFixture {
    /// Stops a machine's process where it is. Answers a provider that does not wait a minute for it.
    fileprivate func providerAroundStoppedProcess(of request: MachineRequest) throws -> VirtualBoxProvider {
        let id = try #require(request.identity.vm).description
        let process = try #require(ProcessTable.processes(withArgument: id).first)
        #expect(kill(process, SIGSTOP) == 0)
        return with(HastyRunner(machine: id, process: process)).provider
    }
}

/// Expects soon no answer any more of a machine whose process is stopped. Whatever else is called has its time.
private struct HastyRunner: ToolRunner {
    let machine: String
    let process: pid_t

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        var hasty = invocation
        let words = invocation.arguments
        if ProcessTable.isStopped(process), words.contains(machine), !words.contains("emergencystop") {
            hasty.timeout = .seconds(10)
        }
        return try await SystemToolRunner().run(hasty)
    }
}
