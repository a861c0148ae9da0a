import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import VirtualBoxProvider

/// The marks of real machines without an operating system.
@Suite(.requiresVirtualBox, .requires(tool: "qemu-img"))
struct OwnershipTests {
    @Test func machinesAndMastersSayWhoseTheyAre() async throws {
        try await VirtualBoxFixture.with { fixture in
            let request = fixture.request()
            _ = try await fixture.provider.create(request)
            #expect(try await fixture.mark(of: request.identity.vm) == OwnershipMark(request.identity).text)
            let master = fixture.places.master(of: request.box.digest)
            #expect(try await fixture.mark(of: master) == "box \(request.box.digest)")
            // the file of its settings says the same at once
            let file = try await fixture.report(of: request).settingsFile
            #expect(OwnershipMark(settings: file) == OwnershipMark(request.identity))
        }
    }

    @Test func aMachineThatWasBrokenOffBeforeItsMarkIsGivenIt() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            _ = try await fixture.provider.create(one)
            // a clone is made, and not marked
            let cut = fixture.with(CuttingRunner(1, .after))
            await #expect(throws: ProviderError.self) { try await cut.provider.create(two) }
            #expect(try await fixture.mark(of: two.identity.vm) != OwnershipMark(two.identity).text)
            _ = try await fixture.provider.create(two)
            #expect(try await fixture.mark(of: two.identity.vm) == OwnershipMark(two.identity).text)
            // one that was never marked can be removed
            let id = try #require(two.identity.vm)
            try await fixture.home.manage.run(.setExtraData(id, OwnershipMark.key, nil))
            try await fixture.provider.destroy(two.recorded)
            #expect(try await fixture.observation(of: two).state == .absent)
        }
    }

    @Test func whatSomebodyHasMarkedAsAnothersIsNotRemoved() async throws {
        try await VirtualBoxFixture.with { fixture in
            let (one, two) = (fixture.request("one"), fixture.request("two"))
            _ = try await fixture.provider.create(one)
            let id = try #require(one.identity.vm)
            try await fixture.home.manage.run(OwnershipMark(two.identity).call(for: id))
            let error = await #expect(throws: ProviderError.self) { try await fixture.provider.destroy(one.recorded) }
            #expect(error?.message.contains("test/two") == true)
            #expect(error?.help?.contains("setextradata \(id) devenv") == true)
            #expect(try await fixture.observation(of: one).state == .stopped)
            try await fixture.home.manage.run(.setExtraData(id, OwnershipMark.key, nil))
            try await fixture.provider.destroy(one.recorded)
            #expect(try await fixture.observation(of: one).state == .absent)
        }
    }
}

extension VirtualBoxFixture {
    /// What VirtualBox's extra data say of a machine; nil where they say nothing.
    fileprivate func mark(of machine: VMID?) async throws -> String? {
        let id = try #require(machine)
        let text = try await home.manage.run(.extraData(of: id, OwnershipMark.key))
        guard text.hasPrefix("Value: ") else { return nil }
        return text.dropFirst("Value: ".count).split(separator: "\n").first.map(String.init)
    }
}
