import DevenvModel
import DevenvPluginAPI
import Testing

extension ProviderConformance {
    func attempt(_ aCase: Case) async throws {
        switch aCase {
        case .checkFindsNoProblem:
            let problems = await provider.check().filter { $0.severity == .problem }
            #expect(problems.isEmpty)
        case .aPlainMachineIsValid:
            let machine = try request("one").spec
            #expect(provider.validate(machine).isEmpty && provider.objections(to: machine).isEmpty)
        case .settingsAreTheSameEachTime:
            let settings = provider.settings(of: try request("one"))
            #expect(settings == provider.settings(of: try request("one")))
            #expect(Set(settings.map(\.key)).count == settings.count)
        case .anAbsentMachineIsSeenAsAbsent:
            #expect(try await observe(request("one")) == MachineObservation(.absent))
            #expect(try await leftovers().isEmpty)
        case .manyAreObservedInOneCall: try await observeMany()
        case .machinesOfAProjectDoNotDisturbEachOther: try await keepNeighbours()
        case .destroyRemovesAHalfMadeMachine, .aCancelledStartCanBeRepeated: try await interrupt(aCase)
        case .createdMachinesAreStopped, .creatingTwiceIsLikeOnce, .startingMakesItRunAtItsAddress,
            .startingTwiceLeavesItRunning, .updatingARunningMachineLeavesItRunning:
            try await rise(aCase)
        default: try await attemptFurther(aCase)
        }
    }

    private func attemptFurther(_ aCase: Case) async throws {
        switch aCase {
        case .stoppingTwiceIsLikeOnce, .stoppingAnAbsentMachineIsFine, .aStoppedMachineStartsAgain,
            .stoppingWithoutGraceSwitchesOff:
            try await fall(aCase)
        case .destroyingTwiceIsLikeOnce, .destroyingAnAbsentMachineIsFine, .destroyingARunningMachineWorks,
            .destroyWorksFromIdentityAndClaimAlone, .aDestroyedMachineCanBeMadeAgain:
            try await vanish(aCase)
        case .theClaimIsTheSameEachTime, .locatingAnswersLikeObserving, .waitingForTheEndCanBeBrokenOff,
            .silenceCanAlwaysBeExplained:
            try await find(aCase)
        case .suspendingAndResumingTwiceIsLikeOnce, .stoppingASuspendedMachineWorks, .destroyingASuspendedMachineWorks:
            try await pause(aCase)
        default: try await goBack(aCase)
        }
    }

    private func rise(_ aCase: Case) async throws {
        var one = try request("one")
        one.remember(try await provider.create(one))
        if aCase == .creatingTwiceIsLikeOnce { one.remember(try await provider.create(one)) }
        #expect(try await observe(one).state == .stopped)
        guard aCase != .createdMachinesAreStopped else { return }
        one.remember(try await provider.start(one))
        if aCase == .startingTwiceLeavesItRunning { one.remember(try await provider.start(one)) }
        if aCase == .updatingARunningMachineLeavesItRunning {
            one.remember(try await provider.update(one))
            one.remember(try await provider.update(one))
        }
        expectRunning(try await observe(one), one)
    }

    /// A machine that runs is whole, and reached at its first address or by a route of its own.
    func expectRunning(_ seen: MachineObservation, _ request: MachineRequest) {
        #expect(seen.state == .running)
        #expect(seen.drift.isEmpty)
        #expect(seen.access != nil || seen.address == request.spec.interfaces.first?.address)
    }

    private func fall(_ aCase: Case) async throws {
        guard aCase != .stoppingAnAbsentMachineIsFine else {
            try await provider.stop(try request("one").recorded, grace: .seconds(1))
            #expect(try await observe(request("one")).state == .absent)
            return
        }
        let one = try await up("one")
        let grace: Duration = aCase == .stoppingWithoutGraceSwitchesOff ? .zero : .seconds(20)
        try await provider.stop(one.recorded, grace: grace)
        #expect(try await observe(one).state == .stopped)
        if aCase == .stoppingTwiceIsLikeOnce { try await provider.stop(one.recorded, grace: grace) }
        #expect(try await observe(one).state == .stopped)
        guard aCase == .aStoppedMachineStartsAgain else { return }
        _ = try await provider.start(one)
        #expect(try await observe(one).state == .running)
    }

    private func vanish(_ aCase: Case) async throws {
        guard aCase != .destroyingAnAbsentMachineIsFine else {
            return try await provider.destroy(try request("one").recorded)
        }
        let one = try await up("one")
        if aCase != .destroyingARunningMachineWorks { try await provider.stop(one.recorded, grace: .zero) }
        let isRecordLost = aCase == .destroyWorksFromIdentityAndClaimAlone
        let machine = isRecordLost ? try request("one").recorded : one.recorded
        try await provider.destroy(machine)
        if aCase == .destroyingTwiceIsLikeOnce { try await provider.destroy(machine) }
        #expect(try await observe(one) == MachineObservation(.absent))
        guard aCase == .aDestroyedMachineCanBeMadeAgain else { return }
        #expect(try await observe(up("one")).state == .running)
    }

    /// Interrupts at whatever point the provider has come to: at the latest its next check for cancellation ends it.
    private func interrupt(_ aCase: Case) async throws {
        var one = try request("one")
        if aCase == .aCancelledStartCanBeRepeated { one.remember(try await provider.create(one)) }
        let interrupted = one
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // whether it was done or was interrupted, what follows must work
                _ =
                    try? await aCase == .aCancelledStartCanBeRepeated
                    ? provider.start(interrupted) : provider.create(interrupted)
            }
            group.cancelAll()
        }
        guard aCase == .aCancelledStartCanBeRepeated else { return try await provider.destroy(one.recorded) }
        _ = try await provider.start(one)
        #expect(try await observe(one).state == .running)
    }

    private func observeMany() async throws {
        let (one, two, three) = (try await up("one"), try request("two"), try request("three"))
        _ = try await provider.create(two)
        let seen = try await provider.observe([one, two, three].map(\.recorded))
        #expect(seen.count == 3)
        #expect(seen[one.identity.machine]?.state == .running)
        #expect(seen[two.identity.machine]?.state == .stopped)
        #expect(seen[three.identity.machine]?.state == .absent)
        #expect(try await provider.observe([]).isEmpty)
    }

    private func keepNeighbours() async throws {
        let one = try await up("one")
        let two = try await up("two")
        try await provider.destroy(one.recorded)
        expectRunning(try await observe(two), two)
    }
}
