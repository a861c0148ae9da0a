import DevenvHost
import Glibc
import SystemPackage

// Running of programs that fill a directory.
extension BoxStore {
    /// Runs a program that fills a directory.
    func run(_ call: ToolInvocation, _ attempt: String, writingTo directory: FilePath) async throws(BoxError) {
        let outcome: ToolOutcome
        do { outcome = try await runner.run(call) } catch { throw .tool(error, attempt) }
        guard outcome.status != 0 else { return }
        if Self.isFull(directory) { throw .diskFull(attempt) }
        throw BoxError(.failed, "\(attempt): '\(call.tool)' failed with status \(outcome.status): \(outcome.complaint)")
    }

    /// Whether a file system has next to nothing left: what tools say about it differs, what the kernel says does not.
    static func isFull(_ directory: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(directory.string, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20 || status.f_favail < 16
    }

    /// How many bytes a user may still write to a file system.
    static func room(in directory: FilePath) -> Int64 {
        var status = statvfs()
        guard statvfs(directory.string, &status) == 0 else { return .max }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
