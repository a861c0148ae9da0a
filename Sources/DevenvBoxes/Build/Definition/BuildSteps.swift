import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage

/// The shell programs that take a definition's steps one by one, and say in the build's log which one they are at.
struct BuildSteps: Sendable {
    let recipe: BoxRecipe
    /// What the sandbox shows under `BuildSandbox.place`.
    let content: FilePath
    /// The program that attends the build, locked for as long as it goes on.
    let attendant: FilePath
    /// The moment that programs are to write into what they make.
    let epoch: String

    /// Begins a line of the log that says which step comes, and one that says how it failed.
    static let fileMark = "devenv: file "
    static let scriptMark = "devenv: script "
    static let statusMark = "devenv: status "

    /// Puts the files in place, then runs the scripts; called with the tree.
    func program(sandbox: FilePath) -> String {
        let head = """
            #!/bin/sh
            # Written by devenv.
            set -u
            root=$1
            # the build may be ended by somebody who can't end what runs under the user ids of a name space
            (
                trap '' TERM
                exec flock \(ShellWord.quote(attendant.string)) sh -c 'kill -KILL 0'
            ) </dev/null >/dev/null 2>&1 &
            watcher=$!
            trap 'kill -KILL "$watcher"' EXIT
            run() {
                network=$1
                shift
                status=0
                \(ShellWord.quote(sandbox.string)) "$network" "$root" \(ShellWord.quote(content.string)) "$@" </dev/null || status=$?
                [ "$status" = 0 ] && return
                echo "\(Self.statusMark)$status"
                exit 1
            }

            """
        return head + (recipe.files.isEmpty ? "" : installation) + recipe.scripts.enumerated().map(line).joined()
    }

    private var installation: String { "run no /usr/bin/env -i \(Self.path) \(BuildSandbox.place)/install\n" }

    static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private func line(_ index: Int, _ script: BoxScript) -> String {
        let variables = [
            Self.path, "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "SOURCE_DATE_EPOCH=\(epoch)",
            "DEVENV_FORMAT=\(recipe.format.rawValue)",
        ]
        let own = script.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let interpreter = Self.hasInterpreter(script.content) ? [] : ["/bin/sh"]
        let words =
            ["/usr/bin/env", "-i"] + (variables + own) + interpreter + ["\(BuildSandbox.place)/scripts/\(index)"]
            + script.arguments
        let title = "\(Self.scriptMark)\(index + 1): \(script.label)"
        let call = words.map(ShellWord.quote)
        // a proxy that leads out of this host is of use to whoever may go there
        let proxies = script.hasNetwork ? Self.proxies : ""
        let (before, after) = (call.prefix(2).joined(separator: " "), call.dropFirst(2).joined(separator: " "))
        return "echo \(ShellWord.quote(title))\nrun \(script.hasNetwork ? "yes" : "no") \(before)\(proxies) \(after)\n"
    }

    private static let proxies = ["http_proxy", "https_proxy", "no_proxy"].map { " ${\($0)+\"\($0)=$\($0)\"}" }.joined()

    private static func hasInterpreter(_ content: BoxContent) -> Bool {
        switch content {
        case .text(let text): text.hasPrefix("#!")
        // what can't be read is told by whoever copies it
        case .path(let path): (try? HostFiles.head(of: path, count: 2)) == Array("#!".utf8)
        }
    }

    /// Puts files where they belong, within the tree.
    static func installation(of files: [BoxFile]) -> String {
        let lines = files.enumerated().map { index, file in
            let words = ["\(index)", file.target, file.owner ?? "", file.mode.map { String($0, radix: 8) } ?? ""]
            return "echo \(ShellWord.quote("\(fileMark)\(index + 1): \(file.target)"))\n"
                + "put \(words.map(ShellWord.quote).joined(separator: " "))\n"
        }
        return installer + lines.joined()
    }

    /// `put` takes the number of a file, its target, owner and mode. A directory's content comes to what is there already;
    /// owners are set for what comes, and nothing else.
    private static let installer = #"""
        #!/bin/sh
        # Written by devenv.
        set -eu
        umask 022
        put() {
            source=\#(BuildSandbox.place)/files/$1 target=$2 owner=$3 mode=$4
            mkdir -p "${target%/*}/"
            if [ ! -d "$source" ]; then
                cp --no-dereference --no-target-directory --remove-destination "$source" "$target"
                [ -z "$owner" ] || chown --no-dereference "$owner" "$target"
                [ -z "$mode" ] || chmod "$mode" "$target"
                return 0
            fi
            new=no
            [ -e "$target" ] || new=yes
            cp --recursive --no-dereference --no-target-directory --remove-destination "$source" "$target"
            [ -n "$owner" ] || return 0
            [ "$new" = no ] || chown --no-dereference "$owner" "$target"
            (cd "$source" && find . -mindepth 1 -print0) |
                (cd "$target" && xargs --null --no-run-if-empty chown --no-dereference "$owner" --)
        }

        """#
}
