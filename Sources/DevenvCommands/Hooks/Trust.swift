import ArgumentParser
import DevenvModel

extension Devenv {
    /// `devenv trust`.
    struct Trust: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "trust",
            abstract: "Allow the Envfile's hooks to run on this host.",
            usage: "devenv trust [--show | --revoke] [<options>]",
            discussion: """
                Hooks are commands that run here, as you, and whoever changes the Envfile changes them. They run once you have \
                trusted the Envfile, and not any more when it changes, or a program of the project that a hook starts.
                """)

        @Flag(name: .long, help: "Only show the hooks, and whether they are trusted.")
        var show = false
        @Flag(name: .long, help: "Trust them no longer.")
        var revoke = false
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            guard show, revoke else { return }
            throw ValidationError("--show and --revoke exclude each other")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let envfile = try await ProjectSession.open(context, location, output, reaching: false).graph().envfile
            let trust = HookTrust(envfile, context.host)
            if revoke { try trust.revoke() } else if !show, !envfile.hooks.isEmpty { try trust.grant() }
            let isTrusted = try trust.isGranted
            context.console.answer(
                output.json
                    ? try JSONText.document(TrustDocument(envfile.hooks, isTrusted))
                    : text(envfile.hooks, isTrusted))
            return .done
        }

        private func text(_ hooks: [HostHook], _ isTrusted: Bool) -> String {
            if hooks.isEmpty { return "The Envfile has no hooks.\n" }
            let head = isTrusted ? "Trusted: these run on this host." : "Not trusted: these don't run."
            let lines = hooks.map { hook -> String in
                let when = DisplayWidth.pad("\(hook.moment.rawValue) \(hook.occasion.rawValue)", to: 16)
                let script = hook.script.split(separator: "\n").map { SafeText.singleLine(String($0)) }
                return "  \(when)  " + script.joined(separator: "\n" + String(repeating: " ", count: 20)) + "\n"
            }
            return head + "\n" + lines.joined()
        }
    }
}

/// The answer of `trust --json`.
private struct TrustDocument: Encodable {
    let schema = JSONText.schema
    let trusted: Bool
    let hooks: [Hook]

    struct Hook: Encodable {
        let moment: String
        let command: String
        let script: String
    }

    init(_ hooks: [HostHook], _ isTrusted: Bool) {
        trusted = isTrusted
        self.hooks = hooks.map {
            Hook(moment: $0.moment.rawValue, command: $0.occasion.rawValue, script: $0.script)
        }
    }

    private enum CodingKeys: String, CodingKey { case schema, trusted, hooks }
}
