/// A program for the machine's `/bin/sh` that arrives over standard input, followed by its data where it reads any, and that says
/// for itself when it begins and how it ends.
///
/// The command line holds only a fixed bootstrap, which every login shell understands (sh, bash, dash, zsh, fish, csh): one
/// line, in single quotes, without any quote, backslash or `!` in them. So nothing of the program is seen by `ps`, in
/// sudo's log or in a length limit. The program is in braces: one that was cut off on its way is a syntax error and runs
/// not at all.
///
/// It marks its outputs with a random word: what a login shell's start-up files or sudo print before the first mark is not
/// the program's, and what a background process prints after the last one does not hold up the run.
package struct RemoteProgram: Sendable {
    /// The word that its marks start with.
    package let marker: String
    /// The program's bytes, sent before its data.
    package let bytes: [UInt8]
    /// The text for the login shell.
    package let command: String

    /// Makes a program of a POSIX shell text. The text may use `devenv_fail REASON`, which ends it with a reason that the
    /// user is told, and must end in `devenv_end STATUS`; its own names start with `devenv_`.
    ///
    /// `asRoot` runs it by `sudo -n` where the user is not root already. Without data to read, the
    /// shell reads the program by itself, in large pieces and without another process.
    package init(_ text: String, asRoot: Bool, readsInput: Bool = true) {
        let (marker, program) = Self.marked(text)
        self.marker = marker
        bytes = program
        let load = Self.load(program.count)
        command =
            switch (asRoot, readsInput) {
            case (true, true): "exec /bin/sh -c '\(Self.becomeRoot)' '\(load)'"
            case (true, false): "exec /bin/sh -c '\(Self.startAsRoot)'"
            case (false, true): "exec /bin/sh -c '\(load)'"
            case (false, false): "exec /bin/sh"
            }
    }

    /// Makes a program that is prepared by another text, which runs as the user and decides: the program gets what that
    /// leaves in `devenv_given` as its `$1`, and is run by root where `devenv_root` is not empty.
    package init(_ text: String, preparedBy preparation: String) {
        let (marker, program) = Self.marked(text)
        self.marker = marker
        let load = Self.load(program.count)
        let start = """
            {
            \(preparation)
            if [ -n "$devenv_root" ] && [ "$(id -u)" -ne 0 ]; then
            exec sudo -n -H -- /bin/sh -c '\(load)' devenv "$devenv_given"
            fi
            exec /bin/sh -c '\(load)' devenv "$devenv_given"
            }

            """
        bytes = Array(start.utf8) + program
        command = "exec /bin/sh -c '\(Self.load(start.utf8.count))'"
    }

    private static func marked(_ text: String) -> (marker: String, program: [UInt8]) {
        let marker = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
            .map { String($0, radix: 36) }.joined()
        return (marker, Array("{\ndevenv_word=\(marker)\n\(prelude)\n\(text)\n}\n".utf8))
    }

    /// A program that only says which boot of the machine it runs in.
    package static func probe() -> RemoteProgram { RemoteProgram("devenv_end 0", asRoot: false, readsInput: false) }

    /// Runs the program that comes first on standard input. One byte is read at a time, as what comes behind the program is
    /// for the program to read. Needs no quotes inside single quotes, so that it can be nested in another `sh -c`.
    private static func load(_ count: Int) -> String { #"eval "$(dd ibs=1 obs=4096 count=\#(count) 2>/dev/null)""# }

    private static let becomeRoot =
        #"test "$(id -u)" = 0 || exec sudo -n -H -- /bin/sh -c "$0"; exec /bin/sh -c "$0""#

    private static let startAsRoot = #"test "$(id -u)" = 0 || exec sudo -n -H -- /bin/sh; exec /bin/sh"#

    /// A boot is known by the kernel's boot id and by when the first process was started, as a container shares the former
    /// with its host. Written with the shell's own means only, since each program started costs a millisecond.
    private static let prelude = #"""
        devenv_say() { printf '\001%s %s\n' "$devenv_word" "$1"; printf '\001%s %s\n' "$devenv_word" "$1" >&2; }
        devenv_fail() { devenv_say "fail $1"; exit 1; }
        devenv_end() { devenv_say "end $1"; exit "$1"; }
        devenv_boot() {
            read -r devenv_id </proc/sys/kernel/random/boot_id
            read -r devenv_stat </proc/1/stat
            set -- ${devenv_stat##*")"}
            devenv_boot="$devenv_id/${20}"
        }
        devenv_id= devenv_boot=
        devenv_boot 2>/dev/null
        devenv_say "begin $devenv_boot"
        """#
}
