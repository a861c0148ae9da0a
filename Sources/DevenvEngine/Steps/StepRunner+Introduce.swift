import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

extension StepRunner {
    /// Waits for a machine that lets in a well-known key, and takes it over: from then on it lets in our keys only and shows
    /// the host key that we gave it. Our own key is tried first, so that one that was cut off is completed.
    func introduce(
        _ machine: Wanted, _ record: MachineRecord, _ way: WayIn, by key: FilePath,
        until deadline: ContinuousClock.Instant
    ) async throws {
        let keys = MachineKeys(directory: store.directory(of: machine.name))
        let endpoint = keys.firstEndpoint(for: record, seen: way.seen, user: machine.box.user, key: key)
        guard let endpoint else { throw EngineError(.wrongState, "machine '\(machine.name)' stopped running") }
        let program = Introduction(
            access: try await request(machine, record).access, firstUser: machine.box.user,
            firstKey: try await publicHalf(of: key).split(separator: " ").prefix(2).joined(separator: " "),
            hostname: machine.spec.hostname, hosts: machine.hosts
        ).program
        var runs = 0
        while try await !knowsUs(way, settling: runs == 0 ? .zero : .seconds(5), until: deadline) {
            guard runs < 3 else { throw Self.unchanged(machine) }
            let outcome = await program.run(
                on: components.makeCommunicator(endpoint), input: .stream { nil }, timeout: .seconds(180)
            ) { _, _ in }
            FaultPoint.reach("engine.introduce.ran")
            if runs > 0, case .unreachable(let error, _) = outcome, error.code == .authentication {
                // the keys are ours already, and only the server is slow to show it
                runs += 1
            } else if let obstacle = try Self.judge(outcome, machine, key) {
                // a server that is still starting, or is restarted by the machine's own first boot
                guard ContinuousClock.now < deadline else { throw obstacle }
                try await Task.sleep(for: .milliseconds(200))
            } else {
                runs += 1
            }
        }
    }

    /// Whether the machine shows our host key and lets our key in; false where it answers as its box does. A server that was
    /// told of a change may need a moment.
    private func knowsUs(
        _ way: WayIn, settling time: Duration, until deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        let settled = ContinuousClock.now + time
        while true {
            do throws(CommunicatorError) {
                try await way.communicator.waitUntilReady(timeout: max(.milliseconds(1), deadline - .now))
                return true
            } catch {
                guard [.wrongHostKey, .authentication].contains(error.code) else { throw error }
            }
            if settled <= .now { return false }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Nil where the program has ended well; why the machine could not be reached, where that may be over soon.
    private static func judge(
        _ outcome: RemoteProgramOutcome, _ machine: Wanted, _ key: FilePath
    ) throws -> CommunicatorError? {
        let reason: String
        switch outcome {
        case .ended(0, _): return nil
        case .ended(let status, _): reason = "exit status \(status)"
        case .refused(let why): reason = why
        case .notStarted(let exit, let complaint): reason = complaint.isEmpty ? exit.description : complaint
        case .brokenOff(let exit, _):
            return CommunicatorError(.connectionLost, "taking over machine '\(machine.name)' was broken off: \(exit)")
        case .unreachable(let error, _):
            if error.code == .authentication { throw stranger(machine, key) }
            guard [.refused, .silent, .connectionLost].contains(error.code) else { throw error }
            return error
        }
        throw EngineError(
            .failed, "taking over machine '\(machine.name)' with the key of its box '\(machine.box.name)': \(reason)",
            help: "the user '\(machine.box.user)' must be able to become root by sudo without a password, and the "
                + "machine's SSH server be OpenSSH")
    }

    private static func unchanged(_ machine: Wanted) -> EngineError {
        EngineError(
            .failed, "machine '\(machine.name)' was given its new keys, but its SSH server goes on with others",
            help: "its box '\(machine.box.name)' must have an OpenSSH server that reads /etc/ssh and ~/.ssh")
    }

    private static func stranger(_ machine: Wanted, _ key: FilePath) -> EngineError {
        EngineError(
            .failed,
            "machine '\(machine.name)' lets in neither its own key nor the one of its box '\(machine.box.name)' for "
                + "'\(machine.box.user)' (\(key))",
            help: "add the box again with the user and the key that it was built with, then run "
                + "'devenv destroy \(machine.name)' and 'devenv up'")
    }
}
