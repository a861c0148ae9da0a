import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What a real VirtualBox does with machines that have no operating system.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct MachineTests {
    @Test func machinesOfOneBoxShareAMasterWhichGoesWithTheLastOfThem() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            for request in [one, two] { _ = try await fixture.provider.create(request) }
            let masters = fixture.places.masters
            #expect(try HostFiles.list(masters).count == 1)
            #expect(MachineList.read(try await fixture.home.manage.run(.machines)).count == 3)
            let disks = Medium.list(try await fixture.home.manage.run(.disks))
            #expect(disks.filter { $0.parent == nil }.count == 1, "the box's own image is not remembered")
            try await fixture.provider.destroy(one.recorded)
            #expect(try HostFiles.list(masters).count == 1)
            try await fixture.provider.destroy(two.recorded)
            #expect(try await fixture.leftovers().isEmpty)
        }
    }

    @Test func machinesThatGoAtOnceTakeTheirMasterAlong() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            for request in [one, two] { _ = try await fixture.provider.create(request) }
            async let first: Void = fixture.provider.destroy(one.recorded)
            async let second: Void = fixture.provider.destroy(two.recorded)
            _ = try await (first, second)
            #expect(try await fixture.leftovers().isEmpty)
        }
    }

    @Test func whatSomebodyHasTakenAwayIsMadeAnew() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            _ = try await fixture.provider.create(one)
            try await fixture.provider.destroy(one.recorded)
            // half a master: one that was never given its snapshot
            let master = try #require(fixture.places.master(of: one.box.digest))
            try await fixture.home.manage.run(
                .create(
                    master, name: MachinePlaces.name(of: master), operatingSystem: "Linux_64",
                    below: fixture.places.masters))
            _ = try await fixture.provider.create(two)
            #expect(try await fixture.observation(of: two).state == .stopped)
            // and one whose folder is gone
            try await fixture.provider.destroy(two.recorded)
            try await fixture.home.manage.run(
                .create(
                    master, name: MachinePlaces.name(of: master), operatingSystem: "Linux_64",
                    below: fixture.places.masters))
            try HostFiles.remove(fixture.places.folder(of: master))
            _ = try await fixture.provider.create(two)
            #expect(try await fixture.observation(of: two).state == .stopped)
        }
    }

    @Test func aFullCloneNeedsNoMaster() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (
                fixture.request("one", options: ["linked_clone": .boolean(false)]), fixture.request("two")
            )
            for request in [one, two] { _ = try await fixture.provider.create(request) }
            try await fixture.provider.destroy(two.recorded)
            #expect(Medium.list(try await fixture.home.manage.run(.disks)).map(\.parent) == [nil])
            #expect(try HostFiles.list(fixture.places.masters).isEmpty)
            _ = try await fixture.provider.start(one)
            #expect(try await fixture.observation(of: one).state == .running)
        }
    }

    @Test func settingsAreWhatIsWantedAtEachStart() async throws {
        try await VirtualBoxFixture.with { fixture in
            var request = fixture.request { $0.cpus = 2 }
            try await fixture.up(request)
            let first = try await fixture.report(of: request)
            #expect([first["memory"], first["cpus"], first["nic1"]] == ["64", "2", "nat"])
            try await fixture.provider.stop(request.recorded, grace: .zero)
            request = fixture.request(options: ["nic_type": .string("virtio"), "video_memory": .integer(24)]) {
                $0.memory = nil
                $0.disk = ByteCount(bytes: 32 << 20)
            }
            _ = try await fixture.provider.start(request)
            let second = try await fixture.report(of: request)
            // 96 MiB is what the box had
            #expect(
                [second["memory"], second["cpus"], second["nictype1"], second["vram"]] == ["96", "1", "virtio", "24"])
            let disk = try #require(second.attachments.first?.id)
            // of a disk that a machine has, VirtualBox says what it knew before
            try await fixture.provider.stop(request.recorded, grace: .zero)
            let disks = Medium.list(try await fixture.home.manage.run(.disks))
            #expect(disks.first { $0.id == disk }?.mebibytes == 32)
        }
    }

    @Test func aPowerButtonWithoutAnAnswerKeepsNobodyFromStopping() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            try await fixture.up(request)
            try await fixture.with(SilentButton()).provider.stop(request.recorded, grace: .seconds(1))
            #expect(try await fixture.observation(of: request).state == .stopped)
        }
    }

    @Test func aTakenPortIsNamedAndAnotherIsFoundForTheLogin() async throws {
        try await VirtualBoxFixture.with { fixture in
            let web = PortForward(host: HostPort.unused(), guest: 80)
            let request = fixture.request(forwards: [web])
            try await fixture.up(request)
            let login = try #require(LoginPort.current(try await fixture.report(of: request).forwards))
            try await fixture.provider.stop(request.recorded, grace: .zero)
            let holder = try HostPort.claim(web)
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.start(request) }
            #expect(error?.code == .portInUse)
            #expect(error?.port == web.host)
            try holder.close()
            let other = try HostPort.claim(PortForward(host: login, guest: 22))
            _ = try await fixture.provider.start(request)
            let seen = try await fixture.observation(of: request)
            #expect(seen.state == .running)
            #expect(seen.access != .port(login))
            try other.close()
        }
    }

    @Test func theLoginMakesWayForAForwardOfItsPort() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            try await fixture.up(request)
            let first = try #require(LoginPort.current(try await fixture.report(of: request).forwards))
            let changed = fixture.request(forwards: [PortForward(host: first, guest: 80)])
            _ = try await fixture.provider.update(changed)
            let second = try #require(LoginPort.current(try await fixture.report(of: changed).forwards))
            #expect(second != first)
            try await fixture.provider.stop(changed.recorded, grace: .zero)
            let again = fixture.request(forwards: [PortForward(host: second, guest: 80)])
            _ = try await fixture.provider.start(again)
            let rules = try await fixture.report(of: again).forwards
            #expect(rules.contains(NATRule(PortForward(host: second, guest: 80))))
            #expect(rules.count == 2)
            #expect(try await fixture.observation(of: again).access != .port(second))
        }
    }

    @Test func forwardsChangeWhileTheMachineRuns() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (old, new) = (PortForward(host: HostPort.unused(), guest: 80), PortForward(host: 21999, guest: 81))
            try await fixture.up(fixture.request(forwards: [old]))
            let changed = fixture.request(forwards: [new])
            _ = try await fixture.provider.update(changed)
            let rules = try await fixture.report(of: changed).forwards
            #expect(rules.contains(NATRule(new)))
            #expect(!rules.contains(NATRule(old)))
            #expect(rules.count == 2)
            let id = try #require(changed.identity.vm)
            try await fixture.home.manage.run(.removeForward(named: NATRule.loginName, from: id))
            #expect(try await fixture.observation(of: changed).drift.count == 1)
            _ = try await fixture.provider.start(changed)
            #expect(try await fixture.observation(of: changed).access != nil)
        }
    }

    @Test func callsOfTheEnvfileAreMadeAtTheirEvents() async throws {
        try await VirtualBoxFixture.with { fixture in
            func calls(_ event: String, _ words: String...) -> OptionTree.Entry {
                let words = OptionTree(.list(words.map { OptionTree(.string($0)) }))
                return OptionTree.Entry(key: Located(event), value: OptionTree(.list([words])))
            }
            let request = fixture.request(options: [
                "customize": .map([
                    calls("pre_boot", "modifyvm", ":id", "--description", "before"),
                    calls("post_comm", "guestproperty", "set", ":id", "/devenv/test", "1"),
                ])
            ])
            let id = try #require(request.identity.vm).description
            func property() async throws -> String {
                try await fixture.home.run("guestproperty", "get", id, "/devenv/test")
            }
            #expect(
                fixture.provider.tasksOnceReachable(of: request) == [
                    "post_comm: guestproperty set :id /devenv/test 1"
                ])
            try await fixture.up(request)
            #expect(try await fixture.report(of: request)["description"] == "before")
            #expect(try await property() == "No value set!\n")
            for _ in 1...2 { try await fixture.provider.becameReachable(request) }
            #expect(try await property() == "Value: 1\n")
        }
    }

    @Test func guestAdditionsAreKnownOfARunningMachineThatIsObservedAlone() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            #expect(try await fixture.observation(of: request).guestTools == nil)
            _ = try await fixture.provider.start(request)
            await fixture.counter.forget()
            let seen = try await fixture.observation(of: request)
            #expect(seen.guestTools == GuestTools("Guest Additions", isPresent: false))
            // on a busy host a question may be asked a second time
            #expect(Set(await fixture.counter.calls).count == 1)
        }
    }

    @Test func aCallOfTheEnvfileThatFailsIsNamed() async throws {
        try await VirtualBoxFixture.with { fixture in
            let words = ["guestproperty", "unset", ":id"].map { OptionTree(.string($0)) }
            let calls = OptionTree(.list([OptionTree(.list(words))]))
            let request = fixture.request(options: [
                "customize": .map([OptionTree.Entry(key: Located("post_comm"), value: calls)])
            ])
            try await fixture.up(request)
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.provider.becameReachable(request)
            }
            #expect(
                error?.message.hasPrefix(
                    "customizing the machine 'one', with 'post_comm: guestproperty unset :id' of its 'customize'")
                    == true, "\(String(describing: error))")
        }
    }

    @Test func disksOfOthersSurviveTheMachine() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            let id = try #require(request.identity.vm)
            let file = fixture.directory.path.appending("data.vdi")
            let manage = fixture.home.manage
            try await manage.run(.createDisk(file, mebibytes: 4))
            try await manage.run(.attachDisk(file.string, at: StorageSlot("SATA", port: 3), to: id))
            try await fixture.provider.destroy(request.recorded)
            #expect(HostFiles.exists(file))
            try await manage.run(.closeDisk(file.string))
        }
    }

    @Test func aMachineThatOthersAreClonesOfIsNotDestroyed() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            try await fixture.provider.saveSnapshot(SnapshotName(unchecked: "first"), of: request.recorded)
            let id = try #require(request.identity.vm)
            let snapshot = try #require(try await fixture.report(of: request).snapshots.current)
            let other = try #require(VMID("00000000-0000-0000-0000-0000000000bb"))
            let folder = fixture.directory.path.appending("elsewhere")
            let manage = fixture.home.manage
            try await manage.run(
                .clone(id, at: snapshot.description, to: other, name: "other", below: folder, isLinked: true))
            let error = await #expect(throws: ProviderError.self) {
                try await fixture.provider.destroy(request.recorded)
            }
            #expect(error?.message.contains("linked clone") == true)
            #expect(try await fixture.observation(of: request).state == .stopped)
            try await manage.run(.remove(other))
        }
    }

    @Test(arguments: [true, false]) func aMachineWhoseFolderIsGoneCanBeDestroyed(isForgotten: Bool) async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            try HostFiles.remove(fixture.places.folder(of: request.identity))
            // what its service has read, it has until it ends
            if isForgotten { try await fixture.home.restart() }
            #expect(try await fixture.observation(of: request).state != .absent)
            try await fixture.provider.destroy(request.recorded)
            #expect(try await fixture.observation(of: request).state == .absent)
        }
    }

    @Test func aMachineWhoseSettingsAreBrokenCanBeDestroyed() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            let file = try await fixture.report(of: request).settingsFile
            try await fixture.home.restart()
            try AtomicFile.write(Array("broken".utf8), to: file, durable: false)
            guard case .broken = try await fixture.observation(of: request).state else {
                Issue.record("a machine whose settings are broken was seen as something else")
                return
            }
            try await fixture.provider.destroy(request.recorded)
            #expect(try await fixture.observation(of: request).state == .absent)
        }
    }

    /// VBoxManage ends the first of these with 0, and the second with 1.
    @Test func whatVirtualBoxSaysCountsMoreThanItsStatus() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            let id = try #require(request.identity.vm)
            let error = await #expect(throws: VBoxError.self) { try await fixture.home.manage.run(.discardState(id)) }
            #expect(error?.isWrongState == true, "\(String(describing: error))")
            #expect(try await fixture.home.manage.run(.snapshots(of: id)) == "")
        }
    }

    @Test func aProcessThatWasKilledLeavesAStoppedMachine() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            try await fixture.up(request)
            fixture.home.killMachines()
            try await eventually { try await fixture.observation(of: request).state == .stopped }
            _ = try await fixture.provider.start(request)
            #expect(try await fixture.observation(of: request).state == .running)
        }
    }

    @Test func manyMachinesAreObservedInTwoCalls() async throws {
        try await VirtualBoxFixture.with { fixture in
            let requests = VirtualBoxFixture.names.map { fixture.request($0) }
            for request in requests { _ = try await fixture.provider.create(request) }
            await fixture.counter.forget()
            let seen = try await fixture.provider.observe(requests.map(\.recorded))
            #expect(seen.values.allSatisfy { $0.state == .stopped })
            let calls = await fixture.counter.calls
            // on a busy host a question may be asked a second time
            #expect(Set(calls).count <= 2, "\(calls)")
        }
    }

    @Test func whatIsPausedIsNoticedAtOnce() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            try await fixture.up(request)
            let began = ContinuousClock.now
            async let reason = fixture.provider.waitForEnd(of: request.recorded)
            // as VirtualBox does by itself where the host's disk is full
            try await fixture.home.run("controlvm", try #require(request.identity.vm).description, "pause")
            #expect(await reason == "it was suspended")
            #expect(ContinuousClock.now - began < .seconds(60), "it was asked for because its log had said so")
        }
    }

    @Test func whatEndsRightAfterItsStartIsNoticedAtOnce() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            try await fixture.up(request)
            fixture.home.killMachines()
            try await eventually { try await fixture.observation(of: request).state == .stopped }
            let began = ContinuousClock.now
            let reason = await fixture.provider.waitForEnd(of: request.recorded)
            #expect(reason == "its process of VirtualBox has ended unexpectedly")
            #expect(ContinuousClock.now - began < .seconds(60), "it was asked for because its settings had changed")
        }
    }
}

/// A VirtualBox whose machines' power buttons get stuck, as it happens where a machine ends at the same moment.
private struct SilentButton: ToolRunner {
    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        guard invocation.arguments.last != "acpipowerbutton" else {
            throw ToolError(.timedOut, tool: invocation.tool, "'\(invocation)' took longer than 30 s and was ended")
        }
        return try await SystemToolRunner().run(invocation)
    }
}
