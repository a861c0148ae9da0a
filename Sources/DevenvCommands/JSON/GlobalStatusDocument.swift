import DevenvEngine
import DevenvModel
import DevenvState

/// The answer of `global-status --json`.
struct GlobalStatusDocument: Encodable {
    let schema = JSONText.schema
    let projects: [Project]

    init(_ survey: HostSurvey) { projects = survey.projects.map(Project.init) }

    /// One project.
    struct Project: Encodable {
        let id: String
        let name: String
        let directory: String
        let problem: String?
        let machines: [MachineObject]

        init(_ project: HostSurvey.Project) {
            id = project.known.id.rawValue
            name = project.known.name.rawValue
            directory = project.known.directory
            problem = project.problem
            machines = project.machines.map(MachineObject.init)
        }
    }

    private enum CodingKeys: String, CodingKey { case schema, projects }
}
