package import DevenvHost
package import DevenvPluginAPI
import SystemPackage

/// Files and directories of a project that a task needs in the machine, where they lie side by side as they do on the host.
package struct GuestFiles: Sendable {
    /// What is never sent: devenv's state, and what git keeps.
    private static let left: Set<String> = [".devenv", ".git"]
    /// More does not go in one piece.
    private static let limit = 64 << 20

    /// The project.
    package let project: ProvisionerProject
    /// Their paths from the project's directory, without `..`.
    package let paths: [String]

    /// Names them; what lies in another one of them comes with it. Nothing is read yet.
    package init(_ paths: [String], of project: ProvisionerProject) {
        self.project = project
        self.paths = paths.enumerated().filter { index, path in
            !paths.enumerated().contains { other, parent in
                other != index && (path.hasPrefix(parent + "/") || (path == parent && other < index))
            }
        }.map(\.element)
    }

    /// A digest for each, by its path; names directly in a directory may be left out.
    package func digests(without names: Set<String> = []) async throws(ProvisionerError) -> [String: String] {
        let left = Self.left.union(names)
        var digests: [String: String] = [:]
        for path in paths {
            digests[path] = try await TreeDigest.digest(of: project.directory.pushing(FilePath(path)), without: left)
        }
        return digests
    }

    /// All of them as one archive, whose owner in the machine is who unpacks it; empty where there are none.
    package func archive(by tools: any ToolRunner) async throws(ProvisionerError) -> [UInt8] {
        guard !paths.isEmpty else { return [] }
        let attempt = "packing \(paths.map { "'\($0)'" }.joined(separator: ", "))"
        let outcome: ToolOutcome
        do throws(ToolError) { outcome = try await tools.run(call) } catch {
            if error.code == .tooMuchOutput {
                throw ProvisionerError(
                    "\(attempt): more than 64 MiB", help: "keep what is needed in a directory of its own")
            }
            throw ProvisionerError("\(attempt): \(error)", isCancellation: error.code == .cancelled)
        }
        guard outcome.status == 0 else { throw ProvisionerError("\(attempt): \(outcome.complaint)") }
        return outcome.standardOutput
    }

    /// GNU's format is the one for long names that every tar reads.
    var call: ToolInvocation {
        let form = ["--format=gnu", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]
        let left = Self.left.sorted().map { "--exclude=./\($0)" }
        return ToolInvocation(
            "tar",
            ["--create", "--file=-"] + form + left + ["--directory=\(project.directory)"]
                + paths.map { $0 == "." ? "." : "./\($0)" },
            output: .captured(limit: Self.limit))
    }
}
