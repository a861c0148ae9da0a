import DevenvEnvfile
import DevenvHost
import DevenvModel
import DevenvState
package import SystemPackage

/// Where a project is.
package struct ProjectPlace: Hashable, Sendable {
    /// Its directory, with `.devenv` in it.
    package let directory: FilePath
    /// Its Envfile; nil where only what was recorded is left.
    package let envfile: FilePath?
    /// The Envfile as messages name it: relative to the working directory, so that a terminal can open it.
    package var displayName: String?
}

/// Finds projects.
struct ProjectLocator {
    let context: CommandContext
    let location: LocationOptions

    /// The project of a command: the one that its targets name, or the one here. `recorded` accepts one whose Envfile is
    /// gone.
    func place(named project: String?, recorded: Bool = false) throws -> ProjectPlace {
        if let project { return try known(project) }
        do {
            let found = try finder.find()
            let place = ProjectPlace(
                directory: found.path.removingLastComponent(), envfile: found.path, displayName: found.displayName)
            return recorded ? nearest(place) : place
        } catch {
            if recorded, let place = abandoned() { return place }
            throw CommandFailure.failed(error.description)
        }
    }

    private var finder: EnvfileFinder {
        EnvfileFinder(
            file: location.file.map { FilePath($0) }, directory: location.directory.map { FilePath($0) },
            environment: context.environment, workingDirectory: context.workingDirectory)
    }

    /// Where the search begins: beside the Envfile that was named, or where the finder starts too.
    private var start: FilePath {
        let directory = (location.directory ?? nonEmpty("DEVENV_CWD")).map(context.absolute) ?? context.workingDirectory
        guard let file = location.file ?? nonEmpty("DEVENV_FILE") else { return directory }
        return directory.pushing(FilePath(file)).lexicallyNormalized().removingLastComponent()
    }

    private func known(_ name: String) throws -> ProjectPlace {
        let projects = try ProjectStore.knownProjects(context.host)
        let matches = projects.filter {
            $0.name.rawValue == name || (name.count >= 4 && $0.id.rawValue.hasPrefix(name))
        }
        guard let match = matches.first else {
            let names = projects.map(\.name.rawValue).sorted()
            throw CommandFailure.usage(
                "there is no project '\(name)' with machines on this host",
                help: names.isEmpty ? nil : "the projects are \(Phrase.list(names))")
        }
        guard matches.count == 1 else {
            let list = matches.map { "\($0.id) in \($0.directory)" }
            throw CommandFailure.usage(
                "'\(name)' is the name of several projects: \(Phrase.list(list))",
                help: "write the beginning of the id: \(match.id.short)/NAME")
        }
        let directory = FilePath(match.directory)
        let envfile = EnvfileFinder.names.map { directory.appending($0) }.first(where: HostFiles.exists)
        return ProjectPlace(directory: directory, envfile: envfile)
    }

    /// A project below the one whose Envfile was found may have lost its own Envfile: that one is meant.
    private func nearest(_ place: ProjectPlace) -> ProjectPlace {
        guard let abandoned = abandoned(), abandoned.directory != place.directory,
            abandoned.directory.starts(with: place.directory)
        else { return place }
        return abandoned
    }

    /// The nearest directory with recorded machines.
    private func abandoned() -> ProjectPlace? {
        var directory = start
        while true {
            if HostFiles.exists(directory.appending(".devenv").appending("project.json")) {
                return ProjectPlace(directory: directory, envfile: nil)
            }
            let above = directory.removingLastComponent()
            guard above != directory, !directory.isEmpty else { return nil }
            directory = above
        }
    }

    private func nonEmpty(_ variable: String) -> String? {
        context.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }
}
