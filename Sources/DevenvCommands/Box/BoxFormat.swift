import ArgumentParser
import DevenvPluginAPI

extension BoxImage.Format: ExpressibleByArgument {}

/// Which of the images that a name stands for is meant.
struct BoxFormatOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Only the image of this format: directories or qcow2 (default: all).", valueName: "format"))
    var format: BoxImage.Format?
}
