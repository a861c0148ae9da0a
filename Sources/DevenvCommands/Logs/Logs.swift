import ArgumentParser
import DevenvHost
import DevenvModel
import DevenvState
import SystemPackage

extension Devenv {
    /// `devenv logs`.
    struct Logs: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "Show what a machine and its provisioners have written.",
            usage: "devenv logs [<target>] [<options>]",
            discussion:
                "The machine's console, and the last run of each of its provisioners, which secrets are masked in. Changes nothing."
        )

        @OptionGroup var target: SingleTargetOptions
        @Option(name: .long, help: ArgumentHelp("Only this one: console, or provision-NAME.", valueName: "name"))
        var log: String?
        @Option(
            name: [.customShort("n"), .long],
            help: ArgumentHelp("Show so many of the last lines of each.", valueName: "number"))
        var lines = 100
        @Flag(name: .long, help: "Go on with what is written from now on, until interrupted.")
        var follow = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            guard lines >= 0 else { throw ValidationError("a number of lines is 0 or more") }
            guard follow, output.json else { return }
            throw ValidationError("'--json' and '--follow' exclude each other")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let (session, _, machine) = try await ProjectSession.openForOne(
                context, location, output, target: target.target)
            let logs = try chosen(try MachineLog.all(in: session.store.logs(of: machine)), machine)
            if output.json {
                context.console.answer(try JSONText.document(try LogsDocument(machine, logs, lines: lines)))
                return .done
            }
            var follower = LogFollower(logs, context)
            try follower.begin(lines: lines)
            if follow { try await follower.follow() }
            return .done
        }

        private func chosen(_ logs: [MachineLog], _ machine: MachineName) throws -> [MachineLog] {
            guard !logs.isEmpty else {
                throw CommandFailure.failed(
                    "machine '\(machine)' has written nothing yet", help: "run 'devenv up \(machine)'")
            }
            guard let log else { return logs }
            let found = logs.filter { $0.name == log || $0.name == "provision-\(log)" }
            guard found.isEmpty else { return found }
            throw CommandFailure.usage(
                "machine '\(machine)' has no log '\(log)'", help: "it has \(Phrase.list(logs.map(\.name), limit: 20))")
        }
    }
}

/// Shows logs, each under its name where there are several, as tail(1) does.
private struct LogFollower {
    private let logs: [MachineLog]
    private let context: CommandContext
    private var ends: [Int64]
    private var splitters: [LineSplitter]
    /// Which was shown last.
    private var current: Int?

    init(_ logs: [MachineLog], _ context: CommandContext) {
        self.logs = logs
        self.context = context
        ends = logs.map { _ in 0 }
        splitters = logs.map { _ in LineSplitter() }
    }

    mutating func begin(lines count: Int) throws {
        for (number, log) in logs.enumerated() {
            let tail = try log.tail(lines: count)
            ends[number] = tail.end
            show(tail.lines, of: number)
        }
    }

    mutating func follow() async throws {
        while !context.interruption.isRequested {
            for (number, log) in logs.enumerated() {
                let news = try log.news(since: ends[number])
                ends[number] = news.end
                let lines = splitters[number].feed(news.bytes).map(SafeText.clean)
                if !lines.isEmpty { show(lines, of: number) }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw CommandFailure.interrupted
    }

    private mutating func show(_ lines: [String], of number: Int) {
        if logs.count > 1, current != number {
            let heading = context.console.answers.style.paint("==> \(logs[number].name) <==", .strong)
            context.console.answer("\(current == nil ? "" : "\n")\(heading)\n")
        }
        current = number
        context.console.answer(lines.map { $0 + "\n" }.joined())
    }
}

/// The answer of `logs --json`.
private struct LogsDocument: Encodable {
    let schema = JSONText.schema
    let machine: String
    let logs: [Log]

    struct Log: Encodable {
        let name: String
        let path: String
        let lines: [String]
    }

    init(_ machine: MachineName, _ logs: [MachineLog], lines count: Int) throws {
        self.machine = machine.rawValue
        self.logs = try logs.map {
            Log(name: $0.name, path: $0.path.string, lines: try $0.tail(lines: count).lines)
        }
    }

    private enum CodingKeys: String, CodingKey { case schema, machine, logs }
}
