import DevenvEngine
import DevenvHost
import DevenvModel

/// Runs an Envfile's hooks around an operation, once the user has trusted them.
struct HookRunner: Sendable {
    private let occasion: HostHook.Occasion
    private let envfile: Envfile?
    private let context: CommandContext
    private let output: OutputOptions

    /// `envfile`: nil where no hooks are run.
    init(_ occasion: HostHook.Occasion, _ envfile: Envfile?, _ context: CommandContext, _ output: OutputOptions) {
        self.occasion = occasion
        self.envfile = envfile
        self.context = context
        self.output = output
    }

    /// Runs those before, then has the operation carried out, followed by those after. An operation that has nothing to
    /// do has no hooks; one that they go before is planned again, as they may have changed what it rests on.
    func around(
        _ operation: DevenvEngine.Operation, _ body: (DevenvEngine.Operation, FollowUp) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        let hooks = envfile?.hooks.filter { $0.occasion == occasion } ?? []
        guard let envfile, !hooks.isEmpty, !operation.plan.isEmpty else { return try await body(operation) {} }
        guard try HookTrust(envfile, context.host).isGranted else { throw Self.untrusted }
        let machines = operation.plan.machines
        var operation = operation
        let before = hooks.filter { $0.moment == .before }
        for hook in before { try await run(hook, in: envfile, machines) }
        if !before.isEmpty { operation = try await operation.again() }
        return try await body(operation) {
            for hook in hooks where hook.moment == .after { try await run(hook, in: envfile, machines) }
        }
    }

    private static var untrusted: CommandFailure {
        .failed(
            "the Envfile has hooks, which run on this host, and you have not trusted it as it is now",
            help: "read them with 'devenv trust --show', then run 'devenv trust'; or say --no-hooks")
    }

    private func run(_ hook: HostHook, in envfile: Envfile, _ machines: [MachineName]) async throws {
        let title = "hook \(hook.moment.rawValue) \(hook.occasion.rawValue)"
        let call = ToolInvocation(
            "/bin/sh", ["-c", "exec 2>&1\n\(locale)\n\(hook.script)"],
            environment: [
                "DEVENV_COMMAND": hook.occasion.rawValue, "DEVENV_PROJECT": envfile.name.rawValue,
                "DEVENV_MACHINES": machines.map(\.rawValue).joined(separator: " "),
            ], directory: envfile.directory, timeout: .seconds(86_400))
        let console = context.console
        let isSilent = output.json || output.quiet
        let (outcome, last) = try await SystemToolRunner().stream(call) { next in
            var splitter = LineSplitter()
            var last = ""
            func show(_ lines: [String]) {
                for line in lines.map(SafeText.clean) {
                    last = line
                    if !isSilent { console.say("\(title) | \(line)\n") }
                }
            }
            // what can't be read any more is over
            while let bytes = (try? await next()) ?? nil { show(splitter.feed(bytes)) }
            if let rest = splitter.finish() { show([rest]) }
            return last
        }
        guard outcome.status != 0 else { return }
        let done = hook.moment == .before ? "; nothing was done" : "; the machines stay as they are now"
        throw CommandFailure.failed(
            "the \(title) ended with exit status \(outcome.status)\(last.isEmpty ? "" : ": \(last)")\(done)",
            help: "its command is: \(SafeText.singleLine(hook.script.split(separator: "\n").joined(separator: "; ")))")
    }

    /// Tools are called in the C locale, so that they can be understood; hooks have the user's.
    private var locale: String {
        ["LANG", "LC_ALL"].map { name in
            context.environment[name].map { "export \(name)=\(ShellWord.quote($0))" } ?? "unset \(name)"
        }.joined(separator: "\n")
    }
}
