import DevenvBoxes
import DevenvDiagnostics
import DevenvEngine
import DevenvEnvfile
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Where completion finds names. It only reads files, so that it answers at once, and says nothing where something is wrong.
struct CompletionSource: Sendable {
    /// The one of the completion that is asked for right now.
    @TaskLocal static var current: CompletionSource?

    let environment: [String: String]
    let workingDirectory: FilePath
    let composition: CommandContext.Composition

    private var host: HostDirectories { HostDirectories(environment: environment) }

    /// Machines by name, by family and by group; with a slash those of another project.
    func targets(_ words: [String], _ prefix: String) -> [String] {
        let (envfile, store) = project(words)
        if prefix.contains("/") || (envfile == nil && store == nil) { return foreign() }
        let machines = envfile?.machines ?? []
        let groups = Set(machines.flatMap(\.groups)).sorted().map { "@\($0)" }
        let families = machines.map(\.family)
        return (machines.map(\.name.value.rawValue) + families + recorded(store) + groups).uniqued()
    }

    /// The names of the snapshots that were saved here.
    func snapshots(_ words: [String]) -> [String] {
        guard let store = place(words)?.store else { return [] }
        let files = recorded(store).flatMap { machine in
            list(store.root.appending("machines").appending(machine).appending("snapshots"))
        }
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.uniqued()
    }

    /// The names of the provisioners, and their kinds.
    func provisioners(_ words: [String]) -> [String] {
        let items = project(words).envfile?.machines.flatMap(\.provisioners) ?? []
        return (items.map(\.name.value) + items.map(\.kind.value)).uniqued()
    }

    /// The names of the boxes in the store.
    func boxes() -> [String] {
        let records = try? composition(host, environment).boxes.list()  // completion says nothing of what is wrong
        return (records?.map(\.name) ?? []).uniqued()
    }

    /// The names of the providers.
    func providers() -> [String] { composition(host, environment).providers.map(\.name.rawValue) }

    private func foreign() -> [String] {
        let projects = (try? ProjectStore.knownProjects(host)) ?? []  // as above
        return projects.flatMap { project in
            let store = ProjectStore(directory: FilePath(project.directory), host: host, command: "")
            return recorded(store).map { "\(project.name)/\($0)" }
        }
    }

    private func place(_ words: [String]) -> (path: FilePath, store: ProjectStore)? {
        let finder = EnvfileFinder(
            file: value(of: ["-f", "--file"], in: words).map { FilePath($0) },
            directory: value(of: ["-C", "--directory"], in: words).map { FilePath($0) }, environment: environment,
            workingDirectory: workingDirectory)
        guard let path = try? finder.find().path else { return nil }  // as above
        return (path, ProjectStore(directory: path.removingLastComponent(), host: host, command: ""))
    }

    private func project(_ words: [String]) -> (envfile: Envfile?, store: ProjectStore?) {
        guard let (path, store) = place(words) else { return (nil, nil) }
        // addresses mean nothing here
        return (EnvfileLoader.load(path, environment: environment, addresses: AddressBook()).envfile, store)
    }

    private func recorded(_ store: ProjectStore?) -> [String] {
        store.map { list($0.root.appending("machines")) } ?? []
    }

    private func list(_ directory: FilePath) -> [String] {
        (try? HostFiles.list(directory).sorted()) ?? []  // as above
    }

    private func value(of names: Set<String>, in words: [String]) -> String? {
        zip(words, words.dropFirst()).reduce(nil) { names.contains($1.0) ? $1.1 : $0 }
    }
}
