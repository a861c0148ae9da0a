import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

/// How the engine waits for machines.
@Suite(.requiresRoot) struct ConnectTests {
    /// A machine that is waited for until the wait is broken off.
    private static let endless = ScriptedCommunicator(ready: { (_, _) throws(CommunicatorError) in
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CommunicatorError(.cancelled, "interrupted")
    })
    /// A machine that nobody answered in when the time was over.
    private static let silent = ScriptedCommunicator(ready: { (_, _) throws(CommunicatorError) in
        throw CommunicatorError(.refused, "waited in vain; at last: nobody listens there")
    })

    private static func provider(_ change: (inout MemoryProvider.Script) -> Void) -> MemoryProvider {
        var script = MemoryProvider.Script()
        change(&script)
        return MemoryProvider(script: script)
    }

    @Test func aMachineThatEndsEndsTheWaitAtOnceWithTheReason() async throws {
        let provider = Self.provider {
            $0.ending = { "its disk is full" }
            $0.silence = ["the last lines of its console:", "  no space left"]
        }
        try await EngineRig.with("web", provider: provider, communicator: Self.endless) { rig in
            let failure = try #require(try await rig.up().failures.first)
            #expect(failure.step.description == "web: connect")
            #expect(failure.message == "gave up waiting for machine 'web' to answer on SSH: its disk is full")
            #expect(failure.details == ["the last lines of its console:", "  no space left"])
        }
    }

    @Test func aMachineThatStaysSilentIsExplained() async throws {
        let provider = Self.provider { $0.silence = ["10.0.0.10 was leased to it"] }
        try await EngineRig.with("web", provider: provider, communicator: Self.silent) { rig in
            let failure = try #require(try await rig.up().failures.first)
            #expect(failure.message == "waited in vain; at last: nobody listens there")
            #expect(failure.details == ["10.0.0.10 was leased to it"])
            #expect(failure.help == "where it only needs longer to boot, give it a longer 'boot_timeout'")
            #expect(!failure.isCancellation)
        }
    }

    @Test func aWrongHostKeyIsNotTakenForSilence() async throws {
        let wrong = ScriptedCommunicator(ready: { (_, _) throws(CommunicatorError) in
            throw CommunicatorError(.wrongHostKey, "its host key is another")
        })
        let provider = Self.provider { $0.silence = ["not to be shown"] }
        try await EngineRig.with("web", provider: provider, communicator: wrong) { rig in
            let failure = try #require(try await rig.up().failures.first)
            #expect(failure.message == "its host key is another")
            #expect(failure.details.isEmpty)
        }
    }

    @Test func interruptingTheWaitIsNoFailureOfTheMachine() async throws {
        try await EngineRig.with("web", communicator: Self.endless) { rig in
            let wait = Task { try await rig.up() }
            try await eventually("the machine is waited for") { !rig.communicator.endpoints.isEmpty }
            wait.cancel()
            let report = try await wait.value
            #expect(report.wasInterrupted)
            #expect(report.failures.allSatisfy { $0.isCancellation && $0.details.isEmpty })
        }
    }

    @Test(arguments: [
        (SSHRoute.port(2222), "127.0.0.1", UInt16(2222), nil as [String]?),
        (.program(["ssh", "-W", "%h", "far"]), "10.0.0.10", 22, ["ssh", "-W", "%h", "far"]),
    ])
    func aMachineIsReachedByItsRoute(
        _ route: SSHRoute, _ host: String, _ port: UInt16, _ proxy: [String]?
    ) async throws {
        try await EngineRig.with("web", provider: Self.provider { $0.route = route }) { rig in
            let report = try await rig.up()
            #expect(report.failures.isEmpty)
            let endpoint = try await rig.engine.endpoint(of: PlanFixture.name("web"))
            #expect((endpoint.host, endpoint.port, endpoint.proxy?.first) == (host, port, proxy?.first))
            #expect(rig.communicator.endpoints == [endpoint])
        }
    }

    @Test func portsOfAMachineBehindARouteAreTriedFromInsideIt() async throws {
        let answers = ScriptedCommunicator(answer: { _, command in
            command.contains("/proc/net/tcp") ? (.status(0), "") : (.status(0), "204\n")
        })
        try await EngineRig.with(
            "web", provider: Self.provider { $0.route = .port(2222) }, communicator: answers,
            change: { spec in
                spec.readyChecks = [
                    ReadyCheck(.tcp(80)), ReadyCheck(.http(url: "/up", status: 204)),
                    ReadyCheck(.http(url: "http://10.0.0.10:8080/up", status: 204)),
                ]
            }
        ) { rig in
            let report = try await rig.up()
            #expect(report.failures.isEmpty)
            try #require(rig.communicator.commands.count == 3)
            #expect(rig.communicator.commands[1].hasSuffix(" http://10.0.0.10/up"))
            #expect(rig.communicator.commands[2].hasSuffix(" http://10.0.0.10:8080/up"))
        }
    }
}
