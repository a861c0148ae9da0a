import DevenvModel
import DevenvPluginAPI
import SystemPackage
import Testing

extension ProviderConformance {
    func find(_ aCase: Case) async throws {
        guard aCase != .theClaimIsTheSameEachTime else {
            let one = try request("one")
            #expect(provider.claim(one) == one.record)
            #expect(provider.claim(try request("one")) == one.record)
            return
        }
        let one = try await up("one")
        switch aCase {
        case .locatingAnswersLikeObserving:
            let seen = try await provider.locate(one.recorded, timeout: .seconds(60))
            expectRunning(seen, one)
            let observed = try await observe(one)
            #expect([seen.state, observed.state] == [.running, .running])
            #expect((seen.address, seen.access, seen.drift) == (observed.address, observed.access, observed.drift))
        case .waitingForTheEndCanBeBrokenOff:
            let wait = Task { await provider.waitForEnd(of: one.recorded) }
            wait.cancel()
            _ = await wait.value
            expectRunning(try await observe(one), one)
        default:
            _ = await provider.explainSilence(of: one.recorded, logDirectory: one.logDirectory)
            let absent = try request("two")
            _ = await provider.explainSilence(of: absent.recorded, logDirectory: "/nowhere")
            expectRunning(try await observe(one), one)
        }
    }

    func pause(_ aCase: Case) async throws {
        let one = try await up("one")
        guard provider.features.suspends else {
            try await refuses { () throws(ProviderError) in try await provider.suspend(one.recorded) }
            try await refuses { () throws(ProviderError) in try await provider.resume(one.recorded) }
            return expectRunning(try await observe(one), one)
        }
        try await provider.suspend(one.recorded)
        #expect(try await observe(one).state == .suspended)
        switch aCase {
        case .stoppingASuspendedMachineWorks:
            try await provider.stop(one.recorded, grace: .seconds(20))
            #expect(try await observe(one).state == .stopped)
        case .destroyingASuspendedMachineWorks:
            try await provider.destroy(one.recorded)
            #expect(try await observe(one) == MachineObservation(.absent))
        default:
            try await provider.suspend(one.recorded)
            #expect(try await observe(one).state == .suspended)
            try await provider.resume(one.recorded)
            expectRunning(try await observe(one), one)
            try await provider.resume(one.recorded)
            expectRunning(try await observe(one), one)
        }
    }

    /// Sees that what a provider's features rule out is refused as such.
    func refuses(_ effect: () async throws(ProviderError) -> Void) async throws {
        let error = await #expect(throws: ProviderError.self) { try await effect() }
        #expect(error?.code == .unsupported)
    }
}
