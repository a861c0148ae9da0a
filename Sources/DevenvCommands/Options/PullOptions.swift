package import ArgumentParser
import DevenvDiagnostics
import DevenvEngine
import DevenvModel
import SystemPackage

/// What comes back from machines.
package struct PullOptions: ParsableArguments {
    /// What comes back: all folders where it is empty.
    @Option(
        name: .long, defaultAsFlag: "",
        help: ArgumentHelp(
            "Bring back what has changed in the machines, of all folders or of this path here.", valueName: "path"),
        completion: .file())
    package var pull: String?

    /// Never asks.
    @Flag(name: .long, help: "Don't ask before more than half of the files of a folder are removed.")
    package var yes = false

    /// Nothing given.
    package init() {}

    /// What the engine is told. Throws where the path is in no synced folder of these machines.
    func returning(
        _ context: CommandContext, _ output: OutputOptions, _ graph: MachineGraph, _ names: [MachineName]
    ) throws -> Returning {
        let path = pull.flatMap { $0.isEmpty ? nil : context.absolute($0) }
        let sources = folders(graph, names).map(\.source.value)
        if let path, !sources.contains(where: path.starts) {
            let list = Phrase.list(sources.map(\.string).uniqued())
            throw CommandFailure.usage(
                "'\(path)' is in no synced folder of these machines",
                help: sources.isEmpty ? "they have none; add one under 'sync'" : "the folders are \(list)")
        }
        let question = RemovalQuestion(context: context, isSilent: output.json, isAllowed: yes)
        return Returning(isAskedFor: pull != nil, path: path) { await question.ask($0) }
    }

    /// Whether there may be a question.
    func mayAsk(_ graph: MachineGraph, _ names: [MachineName]) -> Bool {
        !yes && (pull != nil || folders(graph, names).contains { $0.direction != .push })
    }

    private func folders(_ graph: MachineGraph, _ names: [MachineName]) -> [SyncedFolder] {
        names.flatMap { graph[$0]?.folders ?? [] }
    }
}

/// Asks whether many files may be removed, one question at a time however many machines have one.
actor RemovalQuestion {
    private let prompt: Prompt
    private let isSilent: Bool
    private let isAllowed: Bool
    private var last: Task<Bool, Never>?

    init(context: CommandContext, isSilent: Bool, isAllowed: Bool) {
        prompt = Prompt(context: context)
        self.isSilent = isSilent
        self.isAllowed = isAllowed
    }

    /// Whether they may; no where there is nobody to ask.
    func ask(_ loss: String) async -> Bool {
        guard !isAllowed, !isSilent else { return isAllowed }
        let former = last
        let task = Task { [prompt] in
            _ = await former?.value
            return await prompt.ask("\(SafeText.singleLine(loss)). Remove them?") == .yes
        }
        last = task
        return await task.value
    }
}
