import DevenvModel
import DevenvPluginAPI

/// One command in several machines.
struct RemoteRun: Sendable {
    /// A machine and the way into it.
    struct Machine: Sendable {
        let name: MachineName
        let communicator: any Communicator
    }

    /// What came of it in one machine.
    struct Outcome: Sendable {
        let name: MachineName
        let result: Result<RemoteExit, CommunicatorError>
    }

    let command: String
    let input: RemoteInput
    let width: Int

    /// Runs it everywhere, at most `width` at once; a failure in one machine does not stop the others. The outcomes come in
    /// the order of the machines.
    func run(_ machines: [Machine], _ view: any RemoteView) async -> [Outcome] {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            var waiting = machines.enumerated().makeIterator()
            var outcomes: [(Int, Outcome)] = []
            for _ in 0..<width { if let next = waiting.next() { add(next, to: &group, view) } }
            while let outcome = await group.next() {
                outcomes.append(outcome)
                if let next = waiting.next() { add(next, to: &group, view) }
            }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func add(
        _ item: (offset: Int, element: Machine), to group: inout TaskGroup<(Int, Outcome)>, _ view: any RemoteView
    ) {
        group.addTask { (item.offset, await outcome(of: item.element, view)) }
    }

    private func outcome(of machine: Machine, _ view: any RemoteView) async -> Outcome {
        let result: Result<RemoteExit, CommunicatorError>
        do throws(CommunicatorError) {
            result = .success(
                try await machine.communicator.run(RemoteCommand(command, input: input)) { stream, bytes in
                    view.show(machine.name, stream, bytes)
                })
        } catch {
            result = .failure(error)
        }
        view.ended(machine.name)
        await machine.communicator.close()
        return Outcome(name: machine.name, result: result)
    }

    /// One machine: what the command returned. Several: whether all succeeded, some or none.
    static func status(of outcomes: [Outcome]) -> ExitStatus {
        if outcomes.count == 1, case .success(let exit) = outcomes[0].result { return remote(exit) }
        let good = outcomes.count { $0.isSuccess }
        return good == outcomes.count ? .done : good == 0 ? .failed : .partlyFailed
    }

    private static func remote(_ exit: RemoteExit) -> ExitStatus {
        switch exit {
        case .status(0): .done
        case .status(let status): .remote(status)
        // as a shell says it
        case .signal(let name): .remote(128 + (Self.signals[name] ?? 0))
        }
    }

    /// The signals of RFC 4254, section 6.10, by their numbers on Linux.
    private static let signals = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12,
        "PIPE": 13, "ALRM": 14, "TERM": 15,
    ]
}

extension RemoteRun.Outcome {
    /// Whether the command ended with status 0.
    var isSuccess: Bool {
        if case .success(let exit) = result { exit.isSuccess } else { false }
    }

    /// How it ended, in words.
    var account: String {
        switch result {
        case .success(let exit): exit.description
        case .failure(let error): error.message
        }
    }
}
