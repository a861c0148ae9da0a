package import ArgumentParser

/// Where the project is.
package struct LocationOptions: ParsableArguments {
    /// The Envfile itself.
    @Option(
        name: [.short, .customLong("file")],
        help: ArgumentHelp("Use this Envfile (DEVENV_FILE).", valueName: "path"), completion: .file())
    package var file: String?

    /// Where the search begins.
    @Option(
        name: [.customShort("C"), .customLong("directory")],
        help: ArgumentHelp("Search for the Envfile from this directory (DEVENV_CWD).", valueName: "directory"),
        completion: .directory)
    package var directory: String?

    /// Nothing given.
    package init() {}

    /// Both as given.
    init(file: String?, directory: String?) {
        self.file = file
        self.directory = directory
    }
}
