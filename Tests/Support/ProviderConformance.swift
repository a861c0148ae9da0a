package import DevenvPluginAPI
import Testing

/// What every provider promises, tried on a real back end; no machine has to answer. What a provider can't do by its
/// `features` it must refuse. A provider's own tests run all cases:
///
///     @Test(arguments: ProviderConformance.Case.allCases) func conforms(_ aCase: ProviderConformance.Case) async throws {
///         try await ProviderConformance(provider: …, request: …, leftovers: …).run(aCase)
///     }
///
/// Each case works on machines of its own and destroys them; afterwards nothing may be left.
package struct ProviderConformance: Sendable {
    /// One promise.
    package enum Case: String, Sendable, CaseIterable, CustomTestStringConvertible {
        case checkFindsNoProblem
        case aPlainMachineIsValid
        case settingsAreTheSameEachTime
        case anAbsentMachineIsSeenAsAbsent
        case createdMachinesAreStopped
        case creatingTwiceIsLikeOnce
        case startingMakesItRunAtItsAddress
        case startingTwiceLeavesItRunning
        case updatingARunningMachineLeavesItRunning
        case stoppingTwiceIsLikeOnce
        case stoppingAnAbsentMachineIsFine
        case aStoppedMachineStartsAgain
        case stoppingWithoutGraceSwitchesOff
        case destroyingTwiceIsLikeOnce
        case destroyingAnAbsentMachineIsFine
        case destroyingARunningMachineWorks
        case destroyWorksFromIdentityAndClaimAlone
        case destroyRemovesAHalfMadeMachine
        case aCancelledStartCanBeRepeated
        case manyAreObservedInOneCall
        case machinesOfAProjectDoNotDisturbEachOther
        case aDestroyedMachineCanBeMadeAgain
        case theClaimIsTheSameEachTime
        case locatingAnswersLikeObserving
        case waitingForTheEndCanBeBrokenOff
        case silenceCanAlwaysBeExplained
        case suspendingAndResumingTwiceIsLikeOnce
        case stoppingASuspendedMachineWorks
        case destroyingASuspendedMachineWorks
        case snapshotsAreListedOldestFirstAndDeletedOneByOne
        case savingARunningMachineLeavesItRunning
        case restoringBringsBackWhetherItRuns
        case aSnapshotsNameIsGivenOnce
        case restoringAMissingSnapshotIsRefused
        case deletingAMissingSnapshotIsFine
        case destroyRemovesSnapshots

        /// The name as a sentence would have it.
        package var testDescription: String { rawValue }
    }

    /// The provider.
    package let provider: any Provider
    /// A request for a machine of this name, the same each time; different names never share an address.
    private let makeRequest: @Sendable (String) throws -> MachineRequest
    /// What is left on the host of the project of these requests; empty when all is gone.
    package let leftovers: @Sendable () async throws -> [String]

    /// Makes the suite.
    package init(
        provider: any Provider, request: @escaping @Sendable (String) throws -> MachineRequest,
        leftovers: @escaping @Sendable () async throws -> [String]
    ) {
        self.provider = provider
        makeRequest = request
        self.leftovers = leftovers
    }

    /// Tries one promise and then sees that nothing is left.
    package func run(_ aCase: Case) async throws {
        do {
            try await attempt(aCase)
        } catch {
            try? await destroyAll()  // the case's own failure is the one to report
            throw error
        }
        try await destroyAll()
        var left = try await leftovers()
        // kernels take interfaces of ended machines away in their own time
        defer { #expect(left.isEmpty, "left behind: \(left)") }
        try await eventually("nothing is left") {
            left = try await leftovers()
            return left.isEmpty
        }
    }

    /// The names that cases give to their machines.
    private static let names = ["one", "two", "three"]

    private func destroyAll() async throws {
        for name in Self.names { try await provider.destroy(try request(name).recorded) }
    }

    /// A request as the first one for a machine is: with the claim as its record.
    func request(_ name: String) throws -> MachineRequest {
        var request = try makeRequest(name)
        request.record = provider.claim(request)
        return request
    }

    /// What a machine is seen as.
    func observe(_ request: MachineRequest) async throws -> MachineObservation {
        let answers = try await provider.observe([request.recorded])
        return try #require(answers[request.identity.machine])
    }

    /// Makes and starts a machine, each time handing on what the provider recorded.
    func up(_ name: String) async throws -> MachineRequest {
        var request = try request(name)
        request.remember(try await provider.create(request))
        request.remember(try await provider.start(request))
        return request
    }
}

extension MachineRequest {
    /// Takes over what the provider returned, as the engine does: the claim stays.
    mutating func remember(_ answer: ProviderRecord) { record.merge(answer) { _, later in later } }
}
