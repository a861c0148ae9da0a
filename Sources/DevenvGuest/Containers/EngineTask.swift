import DevenvDiagnostics
package import DevenvHost
package import DevenvModel
package import DevenvPluginAPI

/// What a provisioner for an engine for containers does, whichever engine it is.
package struct EngineTask: Sendable {
    /// The engine.
    package let need: GuestNeed
    /// Lines of a shell's script that see to it that the engine answers; they end the script where it does not.
    package let start: String

    /// Describes an engine.
    package init(_ need: GuestNeed, start: String = ":") {
        self.need = need
        self.start = start
    }

    /// Has the machine pull, build and run what the item says.
    package func run(
        _ item: ProvisionerSpec, on communicator: any Communicator, context: ProvisionerContext, tools: any ToolRunner
    ) async throws(ProvisionerError) {
        let options = try Self.checked(item)
        let files = options.files(of: context.project)
        let script = EngineScript(
            engine: need.program, options: options, item: item.name.value, trees: try await files.digests(),
            start: start)
        var task = GuestTask(item, script: try script.text(context), files: files)
        task.needs = [need]
        task.installs = options.installs
        try await task.run(on: communicator, context: context, tools: tools)
    }

    /// The options of an item without mistakes.
    package static func checked(_ item: ProvisionerSpec) throws(ProvisionerError) -> EngineOptions {
        let options = EngineOptions(item)
        try item.requireNoMistake(in: options.diagnostics)
        return options
    }
}
