import DevenvHost
import DevenvModel

/// The loop in the machine that takes what is sent. It needs a POSIX shell, tar, head, mv, rm, rmdir, mkdir, chmod, chown and cat.
///
/// A request is a line of two numbers, so many bytes of commands and so many bytes of an archive, which follow in this order. The
/// answer is a line, `ok` or `no REASON`. It ends with its input.
enum ReceiverScript {
    /// The line that says that requests may come.
    static let greeting = "ready"
    /// The answer to a request that was carried out.
    static let success = "ok"

    /// The command for the login shell, whatever that is.
    static func command(_ folder: SyncedFolder, _ receiver: RsyncCall.Receiver) -> String {
        let words = ["sh", "-c", script, "sh", folder.target.string]
        return ((receiver.usesSudo ? ["sudo", "-n"] : []) + words).map(ShellWord.quote).joined(separator: " ")
    }

    /// The first line of a request.
    static func header(script: Int, archive: Int) -> [UInt8] { Array("\(script) \(archive)\n".utf8) }

    /// Not every head reads only what it is told to: BusyBox's takes more, and what follows would be lost. Then dd does it, byte
    /// by byte. What a command says goes into the answer, in one line.
    private static let script = """
        cd -- "$1" || exit 1
        umask 022
        if [ "$(printf abcdef | { head -c 3 >/dev/null; cat; })" = def ]; then
            take() { head -c "$1"; }
        else
            take() { dd bs=1 count="$1" 2>/dev/null; }
        fi
        make() {
            for d in "$@"; do
                if [ -L "$d" ] || [ ! -d "$d" ]; then rm -f -- "$d" && mkdir -- "$d" || return 1; fi
            done
        }
        # where a file became a directory that went before it was sent, there is still the file
        drop() { for d in "$@"; do { [ -d "$d" ] && [ ! -L "$d" ]; } || rm -f -- "$d" || return 1; done; }
        unpack() {
            [ "$1" = 0 ] && return 0
            take "$1" | { tar -xpf - 2>&1; status=$?; cat >/dev/null; exit "$status"; }
        }
        place() {
            (cd \(Delivery.staging) && find . ! -type d -print0) |
                rsync -lptI "$1" --no-implied-dirs --from0 --files-from=- \(Delivery.staging)/ ./
        }
        clean() { [ -e .devenv ] && { rm -rf -- \(Delivery.staging); rmdir .devenv; } 2>/dev/null; }
        trap 'clean' EXIT
        trap 'exit 1' HUP TERM INT
        clean
        echo \(greeting)
        while IFS=' ' read -r commands archive; do
            script=$(take "$commands")
            if said=$(unpack "$archive" && eval "$script" 2>&1); then
                echo \(success)
            else
                printf 'no %s\\n' "$(printf %s "$said" | tail -n 3 | tr '\\n' ' ')"
            fi
            clean
        done
        exit 0
        """
}
