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
        let words = ["sh", "-c", script, "sh", folder.target.string, folder.owner ?? "", folder.group ?? "", making]
        return words.map(ShellWord.quote).joined(separator: " ")
    }

    /// Programs take their time where the processor is emulated, and sudo most of all: it is called once. Whether it could
    /// be called at all, what it was called for tells by answering.
    private static let script = """
        command -v rsync >/dev/null 2>&1 || exit \(noRsync)
        me=$(id -un) mine=$(id -gn) who=root answer=
        owner=${2:-$me}
        if [ "$(id -u)" != 0 ]; then
            who=sudo
            answer=$(sudo -n sh -c "$4" sh "$1" "$owner" "$3" sudo) || [ -z "$answer" ] || exit 1
            [ -n "$answer" ] || who=user
        fi
        [ -n "$answer" ] || answer=$(sh -c "$4" sh "$1" "$owner" "$3" "$who") || exit 1
        age=${answer%% *} group=${answer#* }
        # what this user writes to a new directory is the user's own: no need to give away each file
        if [ "$age" = new ] && [ -w "$1" ] && [ "$owner:$group" = "$me:$mine" ]; then who=user; fi
        printf '%s\\n%s\\n%s\\n' "$who" "$owner" "$group"
        """

    /// Takes the directory, its owner, its group where one was asked for, and who runs this.
    private static let making = """
        age=old
        [ -d "$1" ] || age=new
        printf '%s ' "$age"
        group=$3
        [ -n "$group" ] || group=$(id -gn "$2") || exit 1
        if [ "$age" = new ]; then
            mkdir -p "$1" || exit 1
            [ "$4" = user ] || chown "$2:$group" "$1" || exit 1
        fi
        printf '%s\\n' "$group"
        """
}
