import ArgumentParser
import DevenvBoxes
import DevenvPluginAPI

extension BoxImage.Format: ExpressibleByArgument {}

/// Which of the images that a name stands for are meant.
struct BoxFilterOptions: ParsableArguments {
    @Option(
        name: .customLong("box-version"), help: ArgumentHelp("Only the images of this version.", valueName: "version"))
    var boxVersion: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Only the images of this format: directories, qcow2 or ovf.", valueName: "format"))
    var format: BoxImage.Format?
    @Option(
        name: .long, help: ArgumentHelp("Only the images for this processor, such as amd64.", valueName: "name"))
    var architecture: String?

    var filter: BoxFilter { BoxFilter(version: boxVersion, format: format, architecture: architecture) }
}
