import DevenvPluginAPI

/// How long a restart may take.
struct RebootPatience {
    /// How long after a script has ended its restart may begin.
    var toBegin: Duration = .seconds(10)
    /// How long a machine may take from the loss of its connection to an answer on SSH.
    var toReturn: Duration = .seconds(300)
    /// How often it is asked.
    var interval: Duration = .milliseconds(250)
}

/// Finds out whether a machine has restarted, and waits for it meanwhile.
struct RestartWait {
    /// The machine.
    let communicator: any Communicator
    /// How long to wait for what.
    let patience: RebootPatience
    /// How long all may take at most.
    let limit: Duration?

    /// Asks for the machine's boot until it is another one; false where it is still the same when the time is over. Once
    /// the machine does not answer, it has its full time to return.
    func hasRestarted(since boot: String, within time: Duration) async throws(CommunicatorError) -> Bool {
        let end = ContinuousClock.now + min(time, limit ?? time)
        repeat {
            switch await probe() {
            case .ended(_, let now): if now != boot { return true }
            case .unreachable(let error, _) where error.code == .cancelled: throw error
            case .unreachable, .brokenOff, .notStarted, .refused: return try await hasReturned(since: boot)
            }
            do { try await Task.sleep(for: patience.interval) } catch {
                throw CommunicatorError(.cancelled, "waiting for a restart was interrupted")
            }
        } while ContinuousClock.now < end
        return false
    }

    private func hasReturned(since boot: String) async throws(CommunicatorError) -> Bool {
        await communicator.close()
        try await communicator.waitUntilReady(timeout: limit ?? patience.toReturn)
        return await currentBoot().map { $0 != boot } ?? false
    }

    /// The boot that the machine runs in; nil where it can't be asked.
    func currentBoot() async -> String? {
        if case .ended(_, let boot) = await probe() { boot } else { nil }
    }

    private func probe() async -> RemoteProgramOutcome {
        await RemoteProgram.probe().run(on: communicator, timeout: .seconds(20), output: { _, _ in })
    }
}
