import DevenvBoxes
import DevenvDiagnostics
import DevenvEngine
import DevenvEnvfile
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// `devenv box build DEFINITION.yaml`.
extension Devenv.Box.Build {
    /// Whether a file is named, not a box.
    var isDefinition: Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

    /// Builds the box of a definition, for each kind of machine that it is for.
    func buildDefinition(in context: CommandContext) async throws -> ExitStatus {
        if suite != nil || !packages.isEmpty {
            throw CommandFailure.usage(
                "'--suite' and '--include' are for a box without a definition",
                help: "write 'base' and 'packages' into \(name)")
        }
        let definition = try load(in: context)
        let components = context.makeComponents()
        var built: [BuiltBox] = []
        let formats = try await formats(of: definition, components)
        if formats.contains(.directories) { try await components.enterForTrees() }
        for format in formats {
            let box = try await build(definition, format, BoxBuilder(store: components.boxes), context)
            if !output.json { try say(box, context) }
            built.append(box)
        }
        if output.json { context.console.answer(try JSONText.line(DoneLine(DefinitionObject(built)))) }
        return .done
    }

    private func load(in context: CommandContext) throws -> BoxDefinition {
        let result = BoxDefinitionLoader.load(
            context.absolute(name), displayName: name, home: context.environment["HOME"])
        guard let definition = result.definition, !result.diagnostics.hasErrors else {
            throw CommandFailure.invalid(result.diagnostics, in: "'\(name)'")
        }
        return definition
    }

    /// What is made, each once: for the providers of the definition, or the one that the command line says.
    private func formats(of definition: BoxDefinition, _ components: EngineComponents) async throws
        -> [BoxImage.Format]
    {
        let asked = provider.map(ProviderName.init(unchecked:))
        if let asked, !definition.providers.isEmpty, !definition.providers.contains(where: { $0.value == asked }) {
            let names = definition.providers.map(\.value.rawValue)
            throw CommandFailure.usage(
                "'\(name)' is not for \(asked), but for \(Phrase.list(names))", help: "add it to 'providers' there")
        }
        if asked != nil || definition.providers.isEmpty { return [try await components.boxFormat(for: asked)] }
        var formats: [BoxImage.Format] = []
        var problems: [Diagnostic] = []
        for provider in definition.providers {
            do throws(EngineError) {
                let format = try await components.boxFormat(for: provider.value)
                if !formats.contains(format) { formats.append(format) }
            } catch {
                problems.append(.error(error.message, at: provider.location, help: error.help))
            }
        }
        guard problems.isEmpty else { throw CommandFailure.invalid(problems, in: "'\(name)'") }
        return formats
    }

    private func build(
        _ definition: BoxDefinition, _ format: BoxImage.Format, _ builder: BoxBuilder, _ context: CommandContext
    ) async throws -> BuiltBox {
        let naming = BoxStore.Naming(
            name: definition.name, version: definition.version, source: "definition \(definition.path)",
            replacing: force)
        do throws(BoxError) {
            return try await builder.build(
                BoxRecipe(definition, format, builder), as: naming, progress: progress(in: context))
        } catch {
            guard let place = definition.place(of: error.part) else { throw error }
            throw CommandFailure.failed(
                "the box '\(definition.name)' can't be built",
                at: [.error(error.message, at: place, help: error.help)])
        }
    }

    private func say(_ box: BuiltBox, _ context: CommandContext) throws {
        try BoxAnswer.print(box.record, verb: box.isNew ? "Built" : "Unchanged:", output, context)
    }
}

extension BoxRecipe {
    /// What a definition says, for one format.
    fileprivate init(
        _ definition: BoxDefinition, _ format: BoxImage.Format, _ builder: BoxBuilder
    ) throws(BoxError) {
        let packages = definition.packages.map(\.value)
        switch definition.base {
        case .release(let suite):
            self.init(suite: suite, packages: packages, format: format)
            archive = definition.archive
            user = definition.user
            size = definition.size?.value ?? size
        case .box(let reference):
            self.init(on: try builder.base(reference.value), packages: packages, format: format)
        }
        files = definition.files.map(\.value)
        scripts = definition.scripts.map(\.value)
    }
}

extension BoxDefinition {
    /// Where a part of its recipe is written.
    fileprivate func place(of part: BoxError.Part?) -> SourceLocation? {
        switch part {
        case .package(let name): packages.first { $0.value == name }?.location
        case .file(let index): files.indices.contains(index) ? files[index].location : nil
        case .script(let index): scripts.indices.contains(index) ? scripts[index].location : nil
        case .size: size?.location
        case .base: if case .box(let reference) = base { reference.location } else { nil }
        case nil: nil
        }
    }
}

/// What `box build DEFINITION.yaml --json` says.
private struct DefinitionObject: Encodable {
    let boxes: [BoxObject]
    /// The formats in which nothing else came out than was there.
    let unchanged: [String]

    init(_ built: [BuiltBox]) {
        boxes = built.map { BoxObject($0.record, users: []) }
        unchanged = built.filter { !$0.isNew }.map(\.record.format.rawValue)
    }
}
