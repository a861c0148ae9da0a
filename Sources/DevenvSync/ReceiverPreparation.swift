import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Synchronization
import SystemPackage

/// What is done and asked in the machine before rsync may start there.
enum ReceiverPreparation {
    /// Makes the target directory and finds out who may write there. Repeating it changes nothing.
    static func run(_ folder: SyncedFolder, _ communicator: any Communicator, _ attempt: String)
        async throws(SyncError) -> RsyncCall.Receiver
    {
        let output = Mutex<[OutputStream: [UInt8]]>([:])
        let exit: RemoteExit
        do throws(CommunicatorError) {
            let command = RemoteCommand(commandText(folder), timeout: .seconds(60))
            exit = try await communicator.run(command) { stream, bytes in
                output.withLock { $0[stream, default: []] += bytes }
            }
        } catch {
            throw SyncError("\(attempt): \(error.message)", isCancellation: error.code == .cancelled)
        }
        let text = output.withLock { $0.mapValues { String(decoding: $0, as: UTF8.self) } }
        if exit == .status(noRsync) {
            throw SyncError("\(attempt): there is no rsync in the machine", help: "install rsync in the box")
        }
        let answers = (text[.standardOutput] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        guard exit.isSuccess, answers.count >= 3 else {
            let complaint = (text[.standardError] ?? "").split(separator: "\n").suffix(3).joined(separator: "; ")
            throw SyncError("\(attempt): making '\(folder.target)' in the machine: \(complaint) (\(exit))")
        }
        return RsyncCall.Receiver(
            usesSudo: answers[0] == "sudo", isPrivileged: answers[0] != "user", owner: String(answers[1]),
            group: String(answers[2]))
    }

    private static let noRsync = 127

    /// For `sh` itself, as the login shell may be any.
    static func commandText(_ folder: SyncedFolder) -> String {
        let words = ["sh", "-c", script, "sh", folder.target.string, folder.owner ?? "", folder.group ?? ""]
        return words.map(ShellWord.quote).joined(separator: " ")
    }

    private static let script = """
        command -v rsync >/dev/null 2>&1 || exit \(noRsync)
        if [ "$(id -u)" = 0 ]; then who=root; as=
        elif sudo -n true 2>/dev/null; then who=sudo; as='sudo -n'
        else who=user; as=; fi
        owner=$2; [ -n "$owner" ] || owner=$(id -un)
        group=$3; [ -n "$group" ] || group=$(id -gn "$owner") || exit 1
        if ! $as test -d "$1"; then
            $as mkdir -p "$1" || exit 1
            [ "$who" = user ] || $as chown "$owner:$group" "$1" || exit 1
            # what this user writes to a new directory is the user's own: no need to give away each file
            if [ -w "$1" ] && [ "$owner:$group" = "$(id -un):$(id -gn)" ]; then who=user; fi
        fi
        printf '%s\\n%s\\n%s\\n' "$who" "$owner" "$group"
        """
}
