import DevenvHost

@testable import VirtualBoxProvider

/// Ends a command at one of its calls as a kill would: the call is made or not, nobody learns what came of it, and nothing is
/// called afterwards.
actor CuttingRunner: ToolRunner {
    /// When it is ended.
    enum Moment: Hashable, Sendable, CaseIterable {
        case before, after
    }

    /// Counts all calls that change something; questions are not worth a cut.
    private(set) var changes: [[String]] = []
    private let cut: (number: Int, moment: Moment)?
    private var isCut = false

    init(_ number: Int? = nil, _ moment: Moment = .before) { cut = number.map { ($0, moment) } }

    /// The adapters that were made, whoever learned of it.
    private(set) var adapters: [String] = []

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        let isChange = !["list", "showvminfo", "--version", "snapshot"].contains(invocation.arguments.first)
        guard !isCut else { throw Self.ended(invocation) }
        if isChange { changes.append(invocation.arguments) }
        guard let cut, isChange, changes.count == cut.number else { return try await make(invocation) }
        isCut = true
        if cut.moment == .after { _ = try await make(invocation) }
        throw Self.ended(invocation)
    }

    private func make(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        let outcome = try await SystemToolRunner().run(invocation)
        if invocation.arguments == VBoxCall.createHostOnlyInterface.arguments {
            adapters += [HostOnlyInterface.created(outcome.text)].compactMap { $0 }
        }
        return outcome
    }

    private static func ended(_ invocation: ToolInvocation) -> ToolError {
        ToolError(.cancelled, tool: invocation.tool, "the command was ended")
    }
}
