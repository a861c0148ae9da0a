import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Forwards that stay, change and go.
@Suite struct ForwardSupervisionTests {
    @Test func aRelayThatDiesComesBackAndNobodyIsRefusedMeanwhile() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.tcp { server in
                let forward = try PortForward.free(to: server.address)
                try await fixture.supervisor.bring([forward], to: server.address.address, of: fixture.machine())
                for _ in 0..<3 {
                    var relay: pid_t = 0
                    try await eventually("the relay runs") {
                        relay = (try? fixture.relay(of: forward)) ?? 0
                        return relay > 0
                    }
                    kill(relay, SIGKILL)
                    let client = try await TestSocket.connected(.tcp, to: forward.begin)
                    defer { client.close() }
                    try await client.send([1, 2, 3])
                    #expect(try await client.receive() == [1, 2, 3])
                }
                #expect(fixture.routes() == [ForwardRoute(forward, to: server.address.address)])
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func aForwardWithoutItsSupervisorIsMissingAndIsRestored() async throws {
        try await ForwardFixture.with { fixture in
            let address = LoopbackServer.randomAddress()
            let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
            try await fixture.supervisor.bring([forward], to: address, of: fixture.machine())
            kill(try fixture.watcher(of: forward), SIGKILL)
            try await eventually("it is missing") { fixture.routes().isEmpty }
            #expect(
                ForwardRoute.drift(wanted: [forward], to: address, present: fixture.routes())
                    == ["forward 127.0.0.1:\(forward.host) -> 80/tcp is gone"])
            try await fixture.supervisor.bring([forward], to: address, of: fixture.machine())
            #expect(ForwardRoute.drift(wanted: [forward], to: address, present: fixture.routes()) == [])
            try await fixture.supervisor.take(downOf: fixture.machine())
            #expect(fixture.processes.isEmpty)
            try await eventually("the port is free") { HostPort.probe(forward) == .free }
        }
    }

    @Test func onlyWhatHasChangedIsTouched() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.tcp { server in
                let address = server.address.address
                let kept = try PortForward.free(to: server.address)
                let dropped = try PortForward.free(to: server.address)
                var moved = PortForward(host: try LoopbackPort.free(), guest: 9)
                try await fixture.supervisor.bring([kept, dropped, moved], to: address, of: fixture.machine())
                let process = try fixture.relay(of: kept)
                let client = try await TestSocket.connected(.tcp, to: kept.begin)
                defer { client.close() }
                moved.guest = server.address.port
                try await fixture.supervisor.bring([kept, moved], to: address, of: fixture.machine())
                #expect(fixture.routes() == [ForwardRoute(kept, to: address), ForwardRoute(moved, to: address)])
                try await eventually("the port is free") { HostPort.probe(dropped) == .free }
                #expect(try fixture.relay(of: kept) == process)
                for socket in [client, try await TestSocket.connected(.tcp, to: moved.begin)] {
                    try await socket.send([7])
                    #expect(try await socket.receive() == [7])
                    if socket.descriptor != client.descriptor { socket.close() }
                }
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func repeatingItStartsNothing() async throws {
        try await ForwardFixture.with { fixture in
            let address = LoopbackServer.randomAddress()
            let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
            try await fixture.supervisor.bring([forward], to: address, of: fixture.machine())
            let before = Set(fixture.processes)
            try await fixture.supervisor.bring([forward], to: address, of: fixture.machine())
            #expect(Set(fixture.processes) == before)
            try await fixture.supervisor.take(downOf: fixture.machine())
            try await fixture.supervisor.take(downOf: fixture.machine())
            #expect(fixture.processes.isEmpty)
        }
    }

    @Test func itKeepsNothingOfTheCommandThatStartedIt() async throws {
        try await ForwardFixture.with { fixture in
            let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
            try await fixture.supervisor.bring(
                [forward], to: LoopbackServer.randomAddress(), of: fixture.machine())
            for process in [try fixture.watcher(of: forward), try fixture.relay(of: forward)] {
                let place = FilePath("/proc/\(process)")
                #expect(HostFiles.target(of: place.appending("cwd")) == "/")
                #expect(getsid(process) != getsid(0))
                // a program that is still being loaded has its libraries open
                try await eventually("it has nothing open but the socket") {
                    let open = try HostFiles.list(place.appending("fd")).compactMap {
                        HostFiles.target(of: place.appending("fd").appending($0))?.string
                    }
                    return open.filter { !$0.hasPrefix("socket:") && $0 != "/dev/null" }.isEmpty
                        && open.filter { $0.hasPrefix("socket:") }.count == 1
                }
            }
            try await fixture.supervisor.take(downOf: fixture.machine())
        }
    }

    @Test func aProgramThatCanNotRelayIsSaidToBeMissing() async throws {
        try await ForwardFixture.with { fixture in
            let forward = PortForward(host: try LoopbackPort.free(), guest: 80)
            let supervisor = ForwardSupervisor(relay: RelayProgram("/no/such/devenv"))
            let error = await #expect(throws: ProviderError.self) {
                try await supervisor.bring([forward], to: LoopbackServer.randomAddress(), of: fixture.machine())
            }
            #expect(error?.message == "forwarding ports: there is no program '/no/such/devenv'")
            try await eventually("the port is free") { HostPort.probe(forward) == .free }
        }
    }

    @Test(arguments: [
        "libvirt.forwards.claimed", "libvirt.forwards.cleared", "libvirt.forwards.started",
        "libvirt.forwards.started#2",
    ])
    func whatAKilledStartHasBegunIsCompleted(_ point: String) async throws {
        try await ForwardFixture.with { fixture in
            let address = LoopbackServer.randomAddress()
            let (old, new) = (try LoopbackPort.free(), try LoopbackPort.free())
            let before = PortForward(host: old, guest: 80)
            try await fixture.supervisor.bring([before], to: address, of: fixture.machine())
            let project = fixture.project.rawValue
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    project = project as String, address = address as IPv4Address, old = old as UInt16,
                    new = new as UInt16, point
                ] in
                setenv("DEVENV_FAULT", point, 1)
                let fixture = ForwardFixture(project: ProjectID(unchecked: project))
                let forwards = [PortForward(host: old, guest: 81), PortForward(host: new, guest: 82)]
                try await fixture.supervisor.bring(forwards, to: address, of: fixture.machine())
            }
            let forwards = [PortForward(host: old, guest: 81), PortForward(host: new, guest: 82)]
            try await fixture.supervisor.bring(forwards, to: address, of: fixture.machine())
            #expect(fixture.routes() == Set(forwards.map { ForwardRoute($0, to: address) }))
            try await fixture.supervisor.take(downOf: fixture.machine())
            #expect(fixture.processes.isEmpty)
        }
    }

    @Test func anInterruptedStartLeavesNothing() async throws {
        try await ForwardFixture.with { fixture in
            let forwards = try (0..<4).map { PortForward(host: try LoopbackPort.free(), guest: UInt16($0 + 1)) }
            let task = Task {
                try await fixture.supervisor.bring(
                    forwards, to: LoopbackServer.randomAddress(), of: fixture.machine())
            }
            try await eventually("the first is started") { !fixture.processes.isEmpty }
            task.cancel()
            let result = await task.result
            guard case .failure(let error) = result else { return }  // it was done before it could be interrupted
            #expect((error as? ProviderError)?.code == .cancelled)
            #expect(fixture.processes.isEmpty)
        }
    }
}

/// Ports that are taken.
@Suite struct ForwardPortTests {
    @Test(arguments: PortForward.Transport.allCases)
    func aPortThatIsTakenIsRefusedBeforeAnythingIsChanged(_ transport: PortForward.Transport) async throws {
        try await ForwardFixture.with { fixture in
            let old = PortForward(host: try LoopbackPort.free(), guest: 80)
            let address = LoopbackServer.randomAddress()
            try await fixture.supervisor.bring([old], to: address, of: fixture.machine())
            let free = PortForward(host: try LoopbackPort.free(), guest: 81)
            let taken = PortForward(host: try LoopbackPort.free(), guest: 82, transport: transport)
            let socket = try HostPort.claim(taken)
            defer { try? socket.close() }  // nobody came
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.supervisor.bring([free, taken], to: address, of: fixture.machine())
            }
            #expect(error?.code == .portInUse)
            #expect(error?.port == taken.host)
            #expect(error?.message.contains("port \(taken.host)/\(transport) of 127.0.0.1 is in use by") == true)
            #expect(error?.message.contains("(process \(getpid()))") == true)
            #expect(fixture.routes() == [ForwardRoute(old, to: address)])
            try await eventually("the port is free") { HostPort.probe(free) == .free }
            try await fixture.supervisor.take(downOf: fixture.machine())
        }
    }

    @Test func ofTwoMachinesThatWantAPortAtOnceOneGetsIt() async throws {
        try await ForwardFixture.with { fixture in
            let shared = PortForward(host: try LoopbackPort.free(), guest: 80)
            let machines = [fixture.machine("web"), fixture.machine("api")]
            let errors = await withTaskGroup(of: ProviderError?.self) { group in
                for machine in machines {
                    group.addTask {
                        do throws(ProviderError) {
                            let own = PortForward(host: shared.host, guest: 81, transport: .udp)
                            let forwards = machine.name.rawValue == "web" ? [shared] : [shared, own]
                            try await fixture.supervisor.bring(forwards, to: .loopback, of: machine)
                            return nil
                        } catch { return error }
                    }
                }
                return await group.reduce(into: [ProviderError]()) { if let error = $1 { $0.append(error) } }
            }
            #expect(errors.map(\.code) == [.portInUse])
            let routes = ForwardSupervisor.routes(of: Set(machines.map(\.machine)))
            #expect(routes.count == 1)
            let winner = try #require(machines.first { routes[$0.machine] != nil })
            let later = await #expect(throws: ProviderError.self) {
                try await fixture.supervisor.bring([shared], to: .loopback, of: fixture.machine("db"))
            }
            #expect(later?.message.hasSuffix("is in use by the machine 'shop/\(winner.name)'") == true)
            try await fixture.supervisor.take(downOf: winner)
            #expect(fixture.processes.isEmpty)
        }
    }
}

extension ForwardFixture {
    /// The forwards of the machine `web`, by one look at the processes of this host.
    func routes() -> Set<ForwardRoute> {
        ForwardSupervisor.routes(of: [machine().machine])[machine().machine] ?? []
    }
}
