import ArgumentParser

/// How a command speaks.
package struct OutputOptions: ParsableArguments {
    /// For programs.
    @Flag(name: .long, help: "Print JSON on standard output, for programs.")
    package var json = false
    /// To people.
    @OptionGroup var speech: SpeechOptions

    /// Nothing given.
    package init() {}

    /// Those of a command that has nothing for programs.
    init(_ speech: SpeechOptions) {
        json = false
        self.speech = speech
    }

    /// Colours.
    package var color: ColorChoice { speech.color }
    /// For those who read errors only.
    package var quiet: Bool { speech.quiet }
}

/// How a command speaks to people.
struct SpeechOptions: ParsableArguments {
    /// Colours.
    @Option(name: .long, help: ArgumentHelp("Use colours: auto, always or never.", valueName: "when"))
    var color: ColorChoice = .auto

    /// For those who read errors only.
    @Flag(name: [.short, .long], help: "Print errors and answers only.")
    var quiet = false
}
