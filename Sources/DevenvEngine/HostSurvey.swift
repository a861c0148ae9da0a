import DevenvHost
import DevenvModel
import DevenvPluginAPI
package import DevenvState
import SystemPackage

/// All machines of all projects of this host.
package struct HostSurvey: Sendable {
    /// One project.
    package struct Project: Sendable {
        /// As the index has it.
        package let known: KnownProject
        /// Its machines by name, as they are.
        package var machines: [MachineStatus]
        /// Why nothing is known of its machines; nil where they are.
        package var problem: String?
    }

    /// The projects, by name and directory.
    package let projects: [Project]

    /// Looks at them: each provider is asked once, for the machines of all projects. Reads only.
    package static func take(_ components: EngineComponents) async throws(EngineError) -> HostSurvey {
        let known = try EngineError.wrap { () throws(StateError) in
            try ProjectStore.indexedProjects(components.host)
        }
        let entries = known.map { ($0, records(of: $0, components.host)) }
        try await components.enter(Set(entries.flatMap(\.1.machines).map(\.provider)))
        let seen = await Observation.survey(entries.flatMap(\.1.machines), components.providers)
        let projects = entries.map { known, records in
            Project(
                known: known,
                machines: records.machines.map { MachineStatus($0, seen[$0.identity.machine]) },
                problem: records.problem)
        }
        return HostSurvey(
            projects: projects.sorted {
                ($0.known.name.rawValue, $0.known.directory) < ($1.known.name.rawValue, $1.known.directory)
            })
    }

    /// What one project has recorded. One that can't be read keeps nobody from seeing the others.
    private static func records(
        of project: KnownProject, _ host: HostDirectories
    ) -> (machines: [MachineRecord], problem: String?) {
        let store = ProjectStore(directory: FilePath(project.directory), host: host, command: "")
        do throws(StateError) {
            guard let record = try store.project() else { return ([], "its directory is gone, or was moved") }
            guard record.id == project.id else { return ([], "its directory has become another project's") }
            return (try store.machines(), nil)
        } catch { return ([], error.message) }
    }
}
