import DevenvHost
import Glibc
package import SystemPackage
package import Testing

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where one of the programs is not installed; under `CI=true` that is a failure.
    package static func requires(tool names: String...) -> Self {
        let missing = names.filter { ToolPath.find($0) == nil }
        return Requirement.trait(missing.isEmpty, "needs \(missing.joined(separator: ", ")), which is not installed")
    }

    /// Skips the test, saying why, where it is not run by root; under `CI=true` that is a failure.
    package static var requiresRoot: Self { Requirement.trait(geteuid() == 0, "needs to be run by root") }
}

/// What a test needs of the machine that it runs on.
package enum Requirement {
    /// Where a program is, nil where it is not installed.
    package static func find(_ tool: String) -> FilePath? { ToolPath.find(tool) }

    /// A condition that skips the test with the reason, or fails it under `CI=true`.
    package static func trait(_ holds: Bool, _ reason: String) -> ConditionTrait {
        .enabled(Comment(rawValue: reason)) {
            if !holds, isContinuousIntegration { throw Unmet(description: reason) }
            return holds
        }
    }

    /// The same for what is only known once it is tried: `refusal` says why not, nil where the test can be run.
    package static func trait(_ reason: String, refusal: @escaping @Sendable () async -> String?) -> ConditionTrait {
        .enabled(Comment(rawValue: reason)) {
            guard let refusal = await refusal() else { return true }
            if isContinuousIntegration { throw Unmet(description: "\(reason): \(refusal)") }
            return false
        }
    }

    private static var isContinuousIntegration: Bool { getenv("CI").map { String(cString: $0) } == "true" }

    private struct Unmet: Error, CustomStringConvertible {
        let description: String
    }
}
