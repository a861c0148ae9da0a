package import ArgumentParser

/// How a command speaks.
package struct OutputOptions: ParsableArguments {
    /// For programs.
    @Flag(name: .long, help: "Print JSON on standard output, for programs.")
    package var json = false

    /// Colours.
    @Option(name: .long, help: ArgumentHelp("Use colours: auto, always or never.", valueName: "when"))
    package var color: ColorChoice = .auto

    /// For those who read errors only.
    @Flag(name: [.short, .long], help: "Print errors and answers only.")
    package var quiet = false

    /// Nothing given.
    package init() {}
}
