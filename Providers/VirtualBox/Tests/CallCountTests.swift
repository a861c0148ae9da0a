import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import VirtualBoxProvider

/// How many calls of VBoxManage it takes to make machines, beside the shortest script that makes the same by hand.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct CallCountTests {
    /// By hand, a master of a box with one disk. Clones are linked to a snapshot of it.
    private static let master = [
        "createvm", "modifyvm", "storagectl", "clonemedium", "closemedium", "storageattach", "setextradata", "snapshot",
    ]
    /// By hand, a machine that is a clone of it: made, marked, set up with a forward, started, and whether it runs.
    private static let machine = ["clonevm", "setextradata", "modifyvm", "startvm", "showvminfo"]

    @Test func machinesTakeAboutAsManyCallsAsByHand() async throws {
        try await VirtualBoxFixture.with { fixture in
            let first = try await fixture.calls(of: "one")
            #expect(first == ["--version"] + Self.master + Self.machine.dropLast())
            #expect(Double(first.count) <= 1.2 * Double(Self.master.count + Self.machine.count))
            let further = try await fixture.calls(of: "two")
            #expect(further == Self.machine.dropLast(), "the release is known, and whatever was started runs")
            #expect(Double(further.count) <= 1.2 * Double(Self.machine.count))
        }
    }

    @Test func stoppedMachinesAreLookedAtOnceBeforeTheyAreStarted() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            for request in [one, two] { _ = try await fixture.provider.create(request) }
            let counter = CountingRunner()
            let command = fixture.with(counter)
            let seen = try await command.provider.observe([two.recorded, one.recorded])
            #expect(seen.values.allSatisfy { $0.state == .stopped })
            #expect(Set(await counter.calls).count == 2)
            await counter.forget()
            _ = try await command.provider.start(one)
            #expect(Set(await counter.calls.map(\.first)) == ["modifyvm", "startvm"])
            // something has happened since
            await counter.forget()
            _ = try await command.provider.start(one)
            #expect(await counter.calls.contains { $0.first == "showvminfo" })
        }
    }

    @Test func twentyMachinesAreSeenInTwoCalls() async throws {
        try await VirtualBoxFixture.with { fixture in
            let requests = (1...20).map { fixture.request("box-\($0)") }
            for request in requests { _ = try await fixture.provider.create(request) }
            _ = try await fixture.provider.start(requests[7])
            await fixture.counter.forget()
            let seen = try await fixture.provider.observe(requests.map(\.recorded))
            let calls = await fixture.counter.calls
            #expect(Set(calls).count <= 2, "\(calls)")
            for (number, request) in requests.enumerated() {
                #expect(seen[request.identity.machine]?.state == (number == 7 ? .running : .stopped))
            }
            for request in requests { try await fixture.provider.destroy(request.recorded) }
        }
    }
}

extension VirtualBoxFixture {
    /// The subcommands that a command of its own makes to bring a machine up and to find out where it is. A call that is made anew
    /// as the machine is on its way into another state, or as its answer is late, counts once.
    fileprivate func calls(of name: String) async throws -> [String] {
        let counter = CountingRunner()
        let command = with(counter)
        try await command.up(request(name))
        let seen = try await command.provider.locate(request(name).recorded, timeout: .seconds(60))
        #expect(seen.state == .running && seen.access != nil)
        var made: Set<[String]> = []
        let calls = await counter.calls
        #expect(try await observation(of: request(name)).access == seen.access)
        return calls.filter { made.insert($0).inserted }.map { $0.first ?? "" }
    }
}
