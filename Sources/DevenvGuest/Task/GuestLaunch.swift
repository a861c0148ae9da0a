import DevenvHost

/// How a program is carried out in a machine, as the text of a shell program for `RemoteProgram`.
package struct GuestLaunch {
    /// What it is given on its command line.
    package var arguments: [String] = []
    /// Its variables.
    package var environment: [(name: String, value: String)] = []
    /// What runs it; empty where it names that itself.
    package var interpreter: [String] = []
    /// What follows the program on its standard input.
    package let data: [UInt8]
    /// What stores it, and all it needs, in `$devenv_dir` from standard input.
    private let receive: String

    /// Launches a script, byte for byte. One that every shell reads alike is a part of the program, which spares processes.
    package init(script content: [UInt8]) {
        guard !Self.isPlain(content) else {
            data = []
            receive = Self.store("script", String(decoding: content, as: UTF8.self))
            return
        }
        data = content
        receive = """
            head -c \(content.count) <&3 >"$devenv_dir/script"
            [ "$(wc -c <"$devenv_dir/script")" -eq \(content.count) ] ||
                devenv_fail "the script did not arrive as a whole"
            """
    }

    /// Whether this is text without any byte that shells treat differently, and short enough for an argument (`MAX_ARG_STRLEN`,
    /// execve(2)), where printf is a program.
    private static func isPlain(_ content: [UInt8]) -> Bool {
        content.count < 100_000 && content.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x09 }
    }

    private static func store(_ name: String, _ content: String) -> String {
        "printf %s \(ShellWord.quote(content)) >\"$devenv_dir/\(name)\" || devenv_fail \"its files can't be stored\""
    }

    /// Launches a script that finds an archive unpacked in `tree` beside itself, and beside that the files, which nobody else may
    /// read. What it needs is looked for first.
    package init(script: String, files: [(name: String, content: String)], tree archive: [UInt8], needs: [GuestNeed]) {
        data = archive
        let stored = ([("script", script)] + files).map(Self.store)
        let checks = needs.map { "\($0.test) || devenv_fail \(ShellWord.quote($0.complaint))" }
        let tree = """
            head -c \(archive.count) <&3 | tar -xpf - -C "$devenv_dir/tree" || devenv_fail "its files can't be stored"
            """
        receive = (checks + ["mkdir \"$devenv_dir/tree\""] + (archive.isEmpty ? [] : [tree]) + stored)
            .joined(separator: "\n")
    }

    /// The program. It
    /// - makes a private directory where programs may be run (`/tmp` may be mounted noexec) and stores the script there;
    /// - runs the script in a session of its own, with its arguments and environment in single quotes, byte for byte;
    /// - watches standard input meanwhile: its end means that nobody waits any more, and the script is ended;
    /// - removes the directory whatever happens.
    ///
    /// The script runs in the foreground as a shell makes background jobs ignore SIGINT, and `setsid` does not fork there. As few
    /// processes as possible are started: each takes a millisecond, and many where the processor is emulated.
    package var text: String {
        let words = interpreter.map(ShellWord.quote) + [#""$devenv_dir/script""#] + arguments.map(ShellWord.quote)
        let exports = environment.map { "export \($0.name)=\(ShellWord.quote($0.value))\n" }.joined()
        return """
            \(Self.directory)
            \(receive)
            \(Self.watch)
            (
            set -- \(words.joined(separator: " "))
            # the shell itself does not know the number of a part of it
            { read -r devenv_pid devenv_rest </proc/self/stat && echo "$devenv_pid" >"$devenv_dir/pid"; } 2>/dev/null ||
                set -- /bin/sh -c 'echo "$$" >"$0/pid"; exec "$@"' "$devenv_dir" "$@"
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
        devenv_dir= devenv_setsid=/usr/bin/setsid
        [ -x "$devenv_setsid" ] || devenv_setsid=$(command -v setsid)
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
        { while read -r devenv_line; do :; done <&3; devenv_stop; } >/dev/null 2>&1 &
        devenv_watch=$!
        """#
}
