import ArgumentParser
import DevenvEngine
import DevenvHost
import DevenvModel
import FoundationEssentials
import SystemPackage

/// The file of a saved plan, as it is named on the command line: `release.plan`.
package struct PlanFile: ExpressibleByArgument, Hashable, Sendable {
    /// What was written.
    let path: String

    /// Reads a path that ends in `.plan`; nil for anything else.
    package init?(argument: String) {
        guard argument.hasSuffix(".plan"), argument.utf8.count > 5 else { return nil }
        path = argument
    }
}

/// What `up` would do, kept in a file: the steps are for readers, what counts is what they rest on.
struct SavedPlan: Codable {
    private static let schema = 1

    private let schema: Int
    private let devenv: String
    private let targets: [String]
    private let options: Options
    private let steps: [StepObject]
    /// What it rests on.
    let basis: PlanBasis

    private struct Options: Codable {
        let provider: String?
        let recreate: Bool
        /// `none`, `due`, or nothing where `only` names them.
        let provisioning: String?
        let only: [String]?
    }

    init(_ operation: DevenvEngine.Operation, _ machines: [MachineName], _ wishes: UpOptions) throws {
        guard let basis = operation.basis else { throw CommandFailure.failed("this plan can't be saved") }
        schema = Self.schema
        devenv = Version.current
        targets = machines.map(\.rawValue)
        steps = operation.plan.steps.map(StepObject.init)
        self.basis = basis
        var only: [String]?
        if case .named(let names) = wishes.provisioning { only = names.sorted() }
        options = Options(
            provider: wishes.provider?.rawValue, recreate: wishes.recreate,
            provisioning: only == nil ? (wishes.provisioning == .none ? "none" : "due") : nil, only: only)
    }

    /// The options that it was made with.
    var upOptions: UpOptions {
        let provisioning: Provisioning =
            if let only = options.only { .named(Set(only)) } else if options.provisioning == "none" { .none } else {
                .due
            }
        return UpOptions(
            provider: options.provider.flatMap(ProviderName.init(rawValue:)), provisioning: provisioning,
            recreate: options.recreate)
    }

    /// The machines that it was made for.
    func machines(in graph: MachineGraph) throws -> [MachineName] {
        try targets.map { text in
            guard let name = MachineName(rawValue: text), graph[name] != nil else {
                throw CommandFailure.failed(
                    "the plan is for a machine '\(text)', which the Envfile does not have",
                    help: "run 'devenv plan --out' again")
            }
            return name
        }
    }

    /// Writes it, whole or not at all.
    func write(to path: FilePath) throws {
        let text = try JSONText.document(self)
        do { try AtomicFile.write(Array(text.utf8), to: path) } catch {
            throw CommandFailure.failed("saving the plan: \(error)")
        }
    }

    /// Reads one that this version of devenv has written.
    static func read(_ path: FilePath) throws -> SavedPlan {
        let attempt = "reading the plan '\(path)'"
        guard let bytes = try HostFiles.read(path) else {
            throw CommandFailure.failed("\(attempt): there is no such file", help: "run 'devenv plan --out \(path)'")
        }
        let plan: SavedPlan
        do { plan = try JSONDecoder().decode(SavedPlan.self, from: Data(bytes)) } catch {
            throw CommandFailure.failed(
                "\(attempt): it is no plan of devenv", help: "run 'devenv plan --out \(path)' to make one")
        }
        guard plan.schema == schema, plan.devenv == Version.current else {
            throw CommandFailure.failed(
                "\(attempt): devenv \(plan.devenv) made it, and this is \(Version.current)",
                help: "run 'devenv plan --out' again")
        }
        return plan
    }
}
