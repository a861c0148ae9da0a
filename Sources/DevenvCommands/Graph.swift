import ArgumentParser
import DevenvEngine
import DevenvHost
import DevenvModel

extension Devenv {
    /// `devenv graph`.
    struct Graph: DevenvCommand {
        /// What it is drawn as.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case tree, dot, mermaid, svg
        }

        static let configuration = CommandConfiguration(
            commandName: "graph",
            abstract: "Show the machines, what they wait for, and their networks.",
            usage: "devenv graph [<target> ...] [--format <format>] [<options>]",
            discussion:
                "Without a target it means all machines of the Envfile, otherwise these and those that they wait for. Changes nothing."
        )

        @OptionGroup var targets: TargetOptions
        @Option(
            name: .long,
            help: ArgumentHelp(
                "tree, dot (for Graphviz), mermaid (for Markdown), or svg (a picture, drawn by Graphviz).",
                valueName: "format"))
        var format: Format?
        @OptionGroup(title: "Location") var location: LocationOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            guard output.json, format != nil else { return }
            throw ValidationError("'--json' and '--format' exclude each other")
        }

        func run(in context: CommandContext) async throws -> ExitStatus {
            let session = try await ProjectSession.open(
                context, location, output, targets: targets.targets, reaching: false)
            let graph = try session.graph()
            let names = targets.targets.isEmpty ? nil : try session.declared(targets.targets, in: graph)
            let drawing = GraphDrawing(graph, of: names)
            context.console.answer(try await text(drawing, context))
            return .done
        }

        private func text(_ drawing: GraphDrawing, _ context: CommandContext) async throws -> String {
            if output.json { return try JSONText.document(GraphDocument(drawing)) }
            switch format ?? .tree {
            case .tree: return GraphTree.render(drawing, on: context.console.answers)
            case .dot: return GraphDOT.render(drawing)
            case .mermaid: return GraphMermaid.render(drawing)
            case .svg: return try await picture(GraphDOT.render(drawing), context)
            }
        }

        private func picture(_ description: String, _ context: CommandContext) async throws -> String {
            let attempt = "drawing the graph"
            let call = ToolInvocation("dot", ["-Tsvg"], input: Array(description.utf8))
            let outcome: ToolOutcome
            do throws(ToolError) { outcome = try await context.makeComponents().runner.run(call) } catch {
                guard error.code == .missing else { throw CommandFailure.failed("\(attempt): \(error)") }
                throw CommandFailure.failed(
                    "\(attempt): the program 'dot' of Graphviz is not installed",
                    help: "run 'apt-get install graphviz', or choose another '--format'")
            }
            guard outcome.status == 0 else {
                throw CommandFailure.failed(
                    "\(attempt): 'dot' failed with status \(outcome.status): \(outcome.complaint)")
            }
            return outcome.text
        }
    }
}
