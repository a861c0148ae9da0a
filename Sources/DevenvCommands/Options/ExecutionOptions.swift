package import ArgumentParser
import DevenvEngine
import DevenvModel

/// How much is done at once.
package struct WidthOptions: ParsableArguments {
    /// How many at once.
    @Option(name: [.customShort("j"), .long], help: ArgumentHelp("Do at most this much at once.", valueName: "n"))
    package var jobs = 16

    /// Nothing given.
    package init() {}

    /// Refuses a width below one.
    package func validate() throws {
        guard (1...1_000).contains(jobs) else { throw ValidationError("-j takes a number from 1 to 1000") }
    }
}

/// How an action is carried out.
package struct ExecutionOptions: ParsableArguments {
    /// How much is done at once.
    @OptionGroup package var width: WidthOptions
    /// Waits for locks.
    @Flag(name: .long, help: "Wait while another devenv works on these machines.")
    package var wait = false
    /// Waits for locks, but not for ever.
    @Option(
        name: .long,
        help: ArgumentHelp("Wait at most so long (30s, 5m), then fail as without --wait.", valueName: "duration"),
        transform: Self.duration)
    package var waitLimit: Duration?

    /// Nothing given.
    package init() {}

    /// How many steps run at once.
    package var jobs: Int { width.jobs }

    /// How long to wait; whoever is waited for is told to the user, as it may take long.
    func patience(_ output: OutputOptions, _ console: Console) -> LockPatience {
        LockPatience(atMost: waitLimit ?? (wait ? nil : .zero)) { holder in
            guard !output.json, !output.quiet else { return }
            console.say("Waiting: \(SafeText.singleLine(holder)).\n")
        }
    }

    private static func duration(_ text: String) throws -> Duration {
        if let duration = Duration(parsing: text) { return duration }
        throw ValidationError("'\(text)' is no duration such as 30s (ms, s, m or h)")
    }
}
