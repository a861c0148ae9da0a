import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Synchronization
import SystemPackage

/// Removes single paths of a machine's folder. Directories go only where they are empty, so that nothing that an exclude names
/// goes with them.
struct GuestRemoval {
    let folder: SyncedFolder
    let usesSudo: Bool
    let communicator: any Communicator
    let attempt: String

    /// Removes files, then directories, those below others first. What is gone already is fine.
    func remove(files: [FilePath], directories: [FilePath]) async throws(SyncError) {
        if !files.isEmpty { try await run("xargs -0 rm -f --", files) }
        if !directories.isEmpty { try await run("xargs -0 rmdir -- 2>/dev/null || :", directories.inOrder.reversed()) }
    }

    private func run(_ script: String, _ paths: [FilePath]) async throws(SyncError) {
        let words = ["sh", "-c", "cd -- \"$1\" && { \(script); }", "sh", folder.target.string]
        let text = ((usesSudo ? ["sudo", "-n"] : []) + words).map(ShellWord.quote).joined(separator: " ")
        let input = paths.zeroSeparated
        let complaint = Mutex<[UInt8]>([])
        let exit: RemoteExit
        do throws(CommunicatorError) {
            exit = try await communicator.run(RemoteCommand(text, input: .bytes(input))) { stream, bytes in
                if stream == .standardError { complaint.withLock { $0 = ($0 + bytes).suffix(4096) } }
            }
        } catch {
            throw SyncError("\(attempt): \(error.message)", isCancellation: error.code == .cancelled)
        }
        guard !exit.isSuccess else { return }
        let lines = String(decoding: complaint.withLock { $0 }, as: UTF8.self).split(separator: "\n").suffix(3)
        throw SyncError("\(attempt): removing in the machine: \(lines.joined(separator: "; ")) (\(exit))")
    }
}
