import ArgumentParser
import DevenvCatalogs
import DevenvDiagnostics
import DevenvEngine
import DevenvModel

extension Devenv {
    /// `devenv lock`.
    struct Lock: ActionCommand {
        static let configuration = CommandConfiguration(
            commandName: "lock",
            abstract: "Pin the boxes of the Envfile in Envfile.lock.",
            usage: "devenv lock [<target> ...] [--update] [<options>]",
            discussion: """
                Without a target it means all machines. A box that has to be looked into for that is got into the store; what is \
                pinned already stays as it is. Pins that no machine of the Envfile needs any more are taken out. No machine is \
                made or changed.
                """)

        @Flag(name: .long, help: "Move what is pinned to the highest versions that the Envfile admits.")
        var update = false
        @Option(
            name: .long, help: ArgumentHelp("Pin boxes for new machines of this provider.", valueName: "name"),
            completion: .providers)
        var provider: String?
        @OptionGroup var action: ActionOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let provider = try Devenv.providerName(provider)
            let session = try await openProject(context, wish: provider)
            let graph = try session.graph()
            let names =
                targets.isEmpty ? graph.machines.map(\.name.value) : try session.declared(targets, in: graph)
            let path = EnvfileLock.path(of: graph.envfile.path)
            let before = try EnvfileLock.read(path) ?? EnvfileLock()
            let operation = try await session.engine.prepareLock(graph, targets: names, provider: provider)
            return try await carryOut(operation, context, session) {
                let dropped = try await session.engine.dropUnusedPins(graph)
                let pinned = try EnvfileLock.read(path) ?? EnvfileLock()
                report(pinned, before: before, dropped, context)
                warn(of: names, in: graph, pinned, session)
                guard update else { return }
                let update = PinUpdate(output: output, context: context, supply: context.makeComponents().supply)
                _ = try await update.run(before.boxes.filter { pinned.boxes.contains($0) }, of: graph.envfile)
            }
        }

        private func carryOut(
            _ operation: DevenvEngine.Operation, _ context: CommandContext, _ session: ProjectSession,
            then followUp: FollowUp
        ) async throws -> ExitStatus {
            guard operation.plan.isEmpty, !output.json else {
                return try await makeRun(context, session).carryOut(operation, then: followUp)
            }
            _ = try await session.engine.carryOut(
                operation, width: 1, wait: action.execution.patience(output, context.console), events: { _ in })
            try await followUp()
            return .done
        }

        private func report(
            _ lock: EnvfileLock, before: EnvfileLock, _ dropped: [LockedBox], _ context: CommandContext
        ) {
            let fetch = BoxFetch(output: output, context: context)
            let news = lock.boxes.filter { !before.boxes.contains($0) }
            for box in news { fetch.say("Pinned \(Self.title(box)) for \(box.format), \(box.digest)") }
            for box in dropped { fetch.say("Dropped \(Self.title(box)), which the Envfile does not name any more") }
            guard news.isEmpty, dropped.isEmpty, !update else { return }
            fetch.say("Envfile.lock is up to date: \(Phrase.count(lock.boxes.count, "box", "boxes")).")
        }

        /// A box that came from no catalog means nothing to others.
        private func warn(
            of names: [MachineName], in graph: MachineGraph, _ lock: EnvfileLock, _ session: ProjectSession
        ) {
            let pinned = Set(lock.boxes.map(\.name))
            let machines = graph.machines.filter { names.contains($0.name.value) }
            for name in machines.compactMap({ $0.box?.value.nameInStore }).uniqued() where !pinned.contains(name) {
                session.warn("the box '\(name)' is not pinned: it came from no catalog, and nobody else could get it")
            }
        }

        private static func title(_ box: LockedBox) -> String { box.version.map { "\(box.name) \($0)" } ?? box.name }
    }
}
