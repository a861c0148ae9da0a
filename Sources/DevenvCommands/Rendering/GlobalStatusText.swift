import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// All machines of this host as people read them.
enum GlobalStatusText {
    /// A row for each machine, with the words that other commands take for it, and its project's directory.
    static func render(_ survey: HostSurvey, style: TextStyle) -> String {
        guard !survey.projects.isEmpty else { return "No project on this host has machines.\n" }
        var table = Table(["MACHINE", "STATE", "PROVIDER", "ADDRESS", "DIRECTORY", "NOTES"])
        let names = Dictionary(grouping: survey.projects, by: \.known.name)
        for project in survey.projects {
            // two projects of one name are told apart by the beginnings of their ids
            let isAlone = names[project.known.name]?.count == 1
            let prefix = isAlone ? project.known.name.rawValue : project.known.id.short
            for machine in project.machines {
                let reason = StatusText.reason(machine.observation.state).map { [$0] } ?? []
                table.add([
                    "\(prefix)/\(machine.name)", machine.observation.state.description,
                    machine.provider?.rawValue ?? "",
                    StatusText.addresses(machine).joined(separator: ", "),
                    SafeText.singleLine(project.known.directory),
                    SafeText.singleLine((reason + machine.observation.drift).joined(separator: "; ")),
                ])
            }
            if project.machines.isEmpty {
                let note = project.problem ?? "no machine is left; 'devenv destroy' there forgets it"
                table.add([
                    "\(prefix)/", "unknown", "", "", SafeText.singleLine(project.known.directory),
                    SafeText.singleLine(note),
                ])
            }
        }
        return table.render(style)
    }
}
