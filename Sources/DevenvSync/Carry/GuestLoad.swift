import DevenvHost
import DevenvPluginAPI
import Synchronization

/// The machine's end of a load, as a shell there sees it.
struct GuestLoad {
    /// What stands where something is to arrive.
    enum Target: Equatable {
        /// A directory, which it goes into.
        case directory
        /// A file, or nothing in a directory that is there.
        case free
    }

    private let load: FileLoad
    private let communicator: any Communicator

    /// Names the load that is looked at.
    init(_ load: FileLoad, _ communicator: any Communicator) {
        self.load = load
        self.communicator = communicator
    }

    /// What stands at a path to write to. Throws where the directory is missing or may not be written to.
    func target(_ path: String, isAlone: Bool) async throws(SyncError) -> Target {
        let answer = try await ask(Self.targetScript, [path, isAlone ? "yes" : ""])
        switch answer.first {
        case "directory": return .directory
        case "free": return .free
        case "missing":
            let parent = answer.dropFirst().joined(separator: " ")
            throw SyncError(
                "\(load.attempt): there is no directory '\(parent)' in the machine",
                help: "make it with 'devenv exec', or choose another target")
        default:
            throw SyncError("\(load.attempt): '\(path)' may not be written to in the machine", help: rootHelp)
        }
    }

    /// Whether a path to read from is a directory, and the bytes of content that are there.
    func source(_ path: String) async throws(SyncError) -> (isDirectory: Bool, size: Int64?) {
        let answer = try await ask(Self.sourceScript, [path])
        switch answer.first {
        case "directory": return (true, answer.last.flatMap { Int64($0) })
        case "file": return (false, answer.last.flatMap { Int64($0) })
        case "missing":
            throw SyncError("\(load.attempt): there is no '\(path)' in the machine", help: "correct the path")
        case "link":
            throw SyncError(
                "\(load.attempt): '\(path)' is a link to a directory", help: "write '\(path)/' for what is in that")
        default: throw SyncError("\(load.attempt): '\(path)' may not be read in the machine", help: rootHelp)
        }
    }

    private var rootHelp: String? { load.asRoot ? nil : "'--sudo' does it as root" }

    /// The words of the script's only line.
    private func ask(_ script: String, _ arguments: [String]) async throws(SyncError) -> [Substring] {
        let shell = (load.asRoot ? ["sudo", "-n"] : []) + ["sh", "-c", script, "sh"] + arguments
        let command = RemoteCommand(shell.map(ShellWord.quote).joined(separator: " "), timeout: .seconds(120))
        let output = Mutex<[OutputStream: [UInt8]]>([:])
        let exit: RemoteExit
        do throws(CommunicatorError) {
            exit = try await communicator.run(command) { stream, bytes in
                output.withLock { $0[stream, default: []] += bytes }
            }
        } catch {
            throw SyncError("\(load.attempt): \(error.message)", isCancellation: error.code == .cancelled)
        }
        let text = output.withLock { $0.mapValues { String(decoding: $0, as: UTF8.self) } }
        // a login shell's start files may write before it
        let line = text[.standardOutput]?.split(separator: "\n").last.map(String.init) ?? ""
        if line == "rsync" {
            throw SyncError("\(load.attempt): there is no rsync in the machine", help: "install rsync in the box")
        }
        guard exit.isSuccess, !line.isEmpty else {
            let complaint = (text[.standardError] ?? "").split(separator: "\n").suffix(3).joined(separator: "; ")
            throw SyncError("\(load.attempt): looking at the machine: \(complaint) (\(exit))")
        }
        return line.split(separator: " ")
    }

    /// A trailing slash, and several sources, ask for a directory that is there.
    private static let targetScript = #"""
        command -v rsync >/dev/null 2>&1 || { echo rsync; exit 0; }
        if [ -d "$1" ]; then
            if [ -w "$1" ]; then echo directory; else echo refused; fi
            exit 0
        fi
        parent=${1%/*}
        case $1 in */) ;; *) [ -n "$2" ] || parent=$1 ;; esac
        parent=${parent:-/}
        if [ ! -d "$parent" ]; then printf 'missing %s\n' "$parent"
        elif [ -w "$parent" ]; then echo free
        else echo refused; fi
        """#

    private static let sourceScript = #"""
        command -v rsync >/dev/null 2>&1 || { echo rsync; exit 0; }
        [ -e "$1" ] || [ -L "$1" ] || { echo missing; exit 0; }
        case $1 in */) ;; *) if [ -L "$1" ] && [ -d "$1" ]; then echo link; exit 0; fi ;; esac
        [ -r "$1" ] || { echo refused; exit 0; }
        if [ ! -d "$1" ]; then
            printf 'file %s\n' "$(stat -L -c %s "$1" 2>/dev/null)"
            exit 0
        fi
        sum=$(find "${1%/}/" -type f -exec stat -c %s {} + 2>/dev/null |
            { sum=0; while read -r size; do sum=$((sum + size)); done; echo "$sum"; })
        printf 'directory %s\n' "$sum"
        """#
}
