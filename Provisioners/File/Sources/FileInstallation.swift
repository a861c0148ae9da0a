import DevenvHost
import DevenvPluginAPI

/// How files are received and put in place, as the text of shell programs for the machine.
struct FileInstallation {
    /// What is sent.
    var kind: FileSource.Kind
    /// The name that the source has itself.
    var name: String
    /// Where it goes, as written.
    var target: String
    /// `OWNER`, `OWNER:GROUP` or `:GROUP`; nil to leave both.
    var ownership: String?
    /// The mode of files and of directories; nil to keep the source's.
    var modes: (file: UInt16, directory: UInt16)?
    /// The name of the stream's last member.
    var endMark: String

    /// The program: receives into a directory beside the target, so that what is put in place is whole, then renames it
    /// there or merges it into a directory that exists.
    var program: RemoteProgram {
        RemoteProgram(
            [receive, adorn, place, "devenv_clean", "devenv_end 0"].joined(separator: "\n"), preparedBy: choose)
    }

    /// Resolves the target against the user's home, and finds out whether root is needed: where the user may not write, or
    /// somebody else is to own the files.
    var choose: String {
        let fixed = ShellWord.quote(resolved.path)
        return """
            devenv_given=\(resolved.isInHome ? "\"$HOME\"/\(fixed)" : fixed)
            [ -d "$devenv_given" ] && [ -n '\(insideWhereDirectory)' ] && devenv_given=${devenv_given%/}/\(ShellWord.quote(name))
            devenv_near=$devenv_given
            [ -d "$devenv_near" ] || devenv_near=${devenv_near%/*}
            while [ -n "$devenv_near" ] && [ ! -d "$devenv_near" ]; do devenv_near=${devenv_near%/*}; done
            devenv_root=\(ownership == nil ? "" : "yes")
            [ -w "${devenv_near:-/}" ] || devenv_root=yes
            """
    }

    private var insideWhereDirectory: String { kind == .file ? "yes" : "" }

    /// Where the source arrives; an absolute path, or one in the user's home.
    private var resolved: (path: String, isInHome: Bool) {
        var path = target
        let isInHome = !path.hasPrefix("/")
        if path == "~" || path.hasPrefix("~/") { path = String(path.dropFirst(path == "~" ? 1 : 2)) }
        let isFolder = target.hasSuffix("/") || path.isEmpty
        while path.hasSuffix("/") { path.removeLast() }
        if kind == .directory || (kind == .file && isFolder) { path += path.isEmpty && isInHome ? name : "/\(name)" }
        return (path.isEmpty && !isInHome ? "/" : path, isInHome)
    }

    private var receive: String {
        """
        devenv_target=$1
        devenv_item=
        devenv_dir=
        devenv_clean() {
            [ -n "$devenv_dir" ] || return 0
            rm -rf -- "$devenv_dir" 2>/dev/null || { chmod -R u+rwx "$devenv_dir"; rm -rf -- "$devenv_dir"; } 2>/dev/null
            devenv_dir=
        }
        trap devenv_clean EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        umask 022
        devenv_beside=${devenv_target%/*}
        [ ! -d "$devenv_target" ] || devenv_beside=$devenv_target
        mkdir -p -- "${devenv_beside:-/}" || devenv_fail "its directory can't be made"
        devenv_dir=$(mktemp -d "${devenv_beside%/}/.devenv.XXXXXXXXXX") || devenv_fail "nothing can be written there"
        tar -xpf - -C "$devenv_dir" || devenv_fail "it could not be unpacked"
        [ -e "$devenv_dir/\(endMark)" ] || devenv_fail "it did not arrive as a whole"
        chmod u+rwx "$devenv_dir/." 2>/dev/null
        rm -f -- "$devenv_dir/\(endMark)"
        devenv_item=$devenv_dir\(kind == .contents ? "" : "/\(ShellWord.quote(name))")
        """
    }

    private var adorn: String {
        var lines: [String] = []
        if let ownership {
            let word = ShellWord.quote(ownership)
            lines.append("chown -hR -- \(word) \"$devenv_item\" || devenv_fail \"its owner can't be set\"")
        }
        if let modes {
            let failure = "devenv_fail \"its mode can't be set\""
            let file = String(modes.file, radix: 8)
            let directory = String(modes.directory, radix: 8)
            lines.append("find \"$devenv_item\" -type f -exec chmod \(file) {} + || \(failure)")
            lines.append("find \"$devenv_item\" -type d -exec chmod \(directory) {} + || \(failure)")
        }
        return lines.joined(separator: "\n")
    }

    private var place: String { kind == .file ? Self.placeFile : Self.placeTree }

    private static let placeFile = #"""
        [ ! -d "$devenv_target" ] || devenv_fail "a directory is in its place"
        mv -f -- "$devenv_item" "$devenv_target" || devenv_fail "it can't be put in place"
        """#

    /// A directory that exists keeps its own mode and owner. What is new, and files that replace files, are renamed there, by
    /// the hundred for the limit on the length of command lines; directories below that exist are merged by tar.
    private static let placeTree = #"""
        devenv_merge() {
            { tar -cf - "$1" || : >"$devenv_dir/.devenv-failed"; } | { cd "$devenv_target" && tar -xpf -; } &&
                [ ! -e "$devenv_dir/.devenv-failed" ] || devenv_fail "it can't be put in place"
        }
        devenv_move() { mv -f -- "$@" "$devenv_target/" || devenv_fail "it can't be put in place"; }
        if [ ! -e "$devenv_target" ] && [ ! -L "$devenv_target" ]; then
            mv -- "$devenv_item" "$devenv_target" || devenv_fail "it can't be put in place"
        elif [ -d "$devenv_target" ]; then
            cd "$devenv_item" || devenv_fail "it can't be read"
            set --
            for devenv_entry in ./* ./.[!.]* ./..?*; do
                [ -e "$devenv_entry" ] || [ -L "$devenv_entry" ] || continue
                if [ -d "$devenv_target/$devenv_entry" ]; then
                    devenv_merge "$devenv_entry"
                else
                    set -- "$@" "$devenv_entry"
                    [ $# -lt 100 ] || { devenv_move "$@"; set --; }
                fi
            done
            [ $# -eq 0 ] || devenv_move "$@"
            cd /
        else
            devenv_fail "something that is no directory is in its place"
        fi
        """#
}
