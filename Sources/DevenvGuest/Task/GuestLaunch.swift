import DevenvHost

/// How a program is carried out in a machine, as the text of a shell program for `RemoteProgram`.
package struct GuestLaunch {
    /// What it is given on its command line.
    package var arguments: [String] = []
    /// Its variables.
    package var environment: [(name: String, value: String)] = []
    /// What runs it; empty where it names that itself.
    package var interpreter: [String] = []
    /// What stores it, and all it needs, in `$devenv_dir` from standard input.
    private let receive: String

    /// Launches a script of this length, which follows the program on standard input.
    package init(scriptOf size: Int) {
        receive = """
            head -c \(size) <&3 >"$devenv_dir/script"
            [ "$(wc -c <"$devenv_dir/script")" -eq \(size) ] || devenv_fail "the script did not arrive as a whole"
            """
    }

    /// Launches a script that finds an archive of this length, which follows the program on standard input, unpacked in `tree`
    /// beside itself, and beside that the files, which nobody else may read. What it needs is looked for first.
    package init(script: String, files: [(name: String, content: String)], treeOf size: Int, needs: [GuestNeed]) {
        let failure = "devenv_fail \"its files can't be stored\""
        let stored = ([("script", script)] + files).map { name, content in
            "printf %s \(ShellWord.quote(content)) >\"$devenv_dir/\(name)\" || \(failure)"
        }
        let checks = needs.map { "\($0.test) || devenv_fail \(ShellWord.quote($0.complaint))" }
        let tree = "head -c \(size) <&3 | tar -xpf - -C \"$devenv_dir/tree\" || \(failure)"
        receive = (checks + ["mkdir \"$devenv_dir/tree\""] + (size > 0 ? [tree] : []) + stored).joined(separator: "\n")
    }

    /// The program. It
    /// - makes a private directory where programs may be run (`/tmp` may be mounted noexec) and stores the script there;
    /// - runs the script in a session of its own, with its arguments and environment in single quotes, byte for byte;
    /// - watches standard input meanwhile: its end means that nobody waits any more, and the script is ended;
    /// - removes the directory whatever happens.
    ///
    /// The script runs in the foreground as a shell makes background jobs ignore SIGINT, and `setsid` does not fork there.
    package var text: String {
        let words = interpreter.map(ShellWord.quote) + [#""$devenv_dir/script""#] + arguments.map(ShellWord.quote)
        let exports = environment.map { "export \($0.name)=\(ShellWord.quote($0.value))\n" }.joined()
        return """
            \(Self.directory)
            \(receive)
            \(Self.watch)
            (
            umask "$devenv_mask"
            set -- /bin/sh -c 'echo "$$" >"$0/pid"; exec "$@"' "$devenv_dir" \(words.joined(separator: " "))
            [ -z "$devenv_setsid" ] || set -- "$devenv_setsid" "$@"
            \(exports)exec "$@"
            ) 3<&-
            devenv_status=$?
            if [ -e "$devenv_dir/cut-off" ]; then wait "$devenv_watch"; else kill "$devenv_watch" 2>/dev/null; fi
            devenv_clean
            devenv_end "$devenv_status"
            """
    }

    private static let directory = #"""
        exec 3<&0 </dev/null
        devenv_clean() { [ -z "$devenv_dir" ] || rm -rf -- "$devenv_dir"; devenv_dir=; }
        devenv_dir= devenv_mask=$(umask) devenv_setsid=$(command -v setsid)
        umask 077
        trap devenv_clean EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        for devenv_base in "${TMPDIR:-/tmp}" /var/tmp /run "$HOME"; do
            devenv_dir=$(mktemp -d "$devenv_base/devenv.XXXXXXXXXX" 2>/dev/null) || { devenv_dir=; continue; }
            printf '#!/bin/sh\nexit 0\n' >"$devenv_dir/script" && chmod 700 "$devenv_dir/script" || :
            "$devenv_dir/script" 2>/dev/null && break
            devenv_clean
        done
        [ -n "$devenv_dir" ] ||
            devenv_fail "no place where scripts can be stored and run: tried ${TMPDIR:-/tmp}, /var/tmp, /run, $HOME"
        """#

    private static let watch = #"""
        devenv_signal() { kill -s "$1" -- "-$devenv_pid" 2>/dev/null || kill -s "$1" "$devenv_pid" 2>/dev/null; }
        devenv_stop() {
            : >"$devenv_dir/cut-off"
            devenv_pid= devenv_tries=0
            while [ "$devenv_tries" -lt 5 ] && ! read -r devenv_pid <"$devenv_dir/pid"; do
                sleep 1
                devenv_tries=$((devenv_tries + 1))
            done
            [ -z "$devenv_pid" ] || devenv_signal TERM
            devenv_tries=0
            while [ "$devenv_tries" -lt 50 ] && devenv_signal 0; do
                sleep 0.1 2>/dev/null || sleep 1
                devenv_tries=$((devenv_tries + 1))
            done
            [ -z "$devenv_pid" ] || devenv_signal KILL
            rm -rf -- "$devenv_dir"
        }
        { cat <&3; devenv_stop; } >/dev/null 2>&1 &
        devenv_watch=$!
        """#
}
