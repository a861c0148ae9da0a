import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A file system of a test's own that limits what the files of projects take up.
enum QuotaDisk {
    /// Of which kind.
    enum Kind: String, Sendable {
        case ext4
        case xfs

        fileprivate var make: [String] {
            self == .ext4 ? ["mkfs.ext4", "-q", "-O", "project,quota"] : ["mkfs.xfs", "-q"]
        }

        fileprivate var option: String { self == .ext4 ? "prjquota" : "pquota" }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the body with one of 320 MiB in a file, mounted on a directory.
    static func with(
        _ kind: Kind, at directory: FilePath, image: FilePath, _ body: () async throws -> Void
    ) async throws {
        try HostFiles.makeDirectory(directory)
        for call in [["truncate", "-s", "320M", image.string], kind.make + [image.string]] { try await run(call) }
        try await run(["mount", "-o", "loop,\(kind.option)", image.string, directory.string])
        let result: Result<Void, any Error>
        do {
            chmod(directory.string, 0o711)
            result = .success(try await body())
        } catch { result = .failure(error) }
        // what a failed body has left goes on using it for a moment
        try await run(["umount", "--lazy", directory.string])
        try result.get()
    }

    private static func run(_ words: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(words[0], Array(words.dropFirst())))
        guard outcome.status == 0 else { throw Failure(description: "\(words): \(outcome.complaint)") }
    }

    /// Why there can't be one; nil where there can.
    static func refusal(of kind: Kind) async -> String? {
        do {
            try await TemporaryDirectory.with { directory in
                let place = directory.path.appending("mounted")
                try await with(kind, at: place, image: directory.path.appending("disk")) {}
            }
            return nil
        } catch { return "\(error)" }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, where the kernel or a tool is missing that file systems with limits need. Not a failure under `CI`:
    /// what a kernel was built with, nobody can install.
    static func requiresProjectQuotas(of kind: QuotaDisk.Kind) -> Self {
        .enabled("needs root, mkfs.\(kind.rawValue) and a kernel with project quotas for \(kind.rawValue)") {
            guard geteuid() == 0, let refusal = await QuotaDisk.refusal(of: kind) else { return geteuid() == 0 }
            print("project quotas of \(kind.rawValue) can't be tested: \(refusal)")
            return false
        }
    }
}
