package import ArgumentParser

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

    /// Nothing given.
    package init() {}

    /// How many steps run at once.
    package var jobs: Int { width.jobs }
}
