import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The command line of the process that watches a machine's folders. It says whose they are, so that it is found again among the
/// processes of this host by a machine's identity alone.
struct LiveCommand: Hashable, Sendable {
    /// The word that such a command line begins with, after the program.
    static let word = "live-watch"

    let project: ProjectID
    let machine: MachineID
    let name: MachineName
    /// The directory of the Envfile.
    let directory: FilePath

    init(_ machine: MachineIdentity, in directory: FilePath) {
        project = machine.project
        self.machine = machine.machine
        name = machine.name
        self.directory = directory
    }

    /// Reads arguments that begin with the word; nil for others.
    init?(arguments: some Collection<String>) {
        let words = Array(arguments)
        guard words.count == 5, words[0] == Self.word, let project = ProjectID(rawValue: words[1]),
            let machine = MachineID(rawValue: words[2]), let name = MachineName(rawValue: words[3]),
            words[4].hasPrefix("/")
        else { return nil }
        self.project = project
        self.machine = machine
        self.name = name
        directory = FilePath(words[4])
    }

    /// What follows the program.
    var arguments: [String] {
        [Self.word, project.rawValue, machine.rawValue, name.rawValue, directory.string]
    }
}
