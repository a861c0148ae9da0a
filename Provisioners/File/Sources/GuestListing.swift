import DevenvHost
import DevenvPluginAPI
import Synchronization

/// What the machine has already of the files that are to be sent, told by the machine in one round trip.
struct GuestListing: Equatable, Sendable {
    /// A regular file, or a directory, which has no digest.
    struct File: Equatable, Sendable {
        /// Its permissions.
        var permissions: UInt32
        /// The numbers and the names of its owner and its group.
        var owners: [Set<String>]
        /// The digest of its content.
        var digest: String?
    }

    /// The files, by their paths within the source.
    private(set) var files: [String: File] = [:]
    /// The directories, likewise.
    private(set) var directories: [String: File] = [:]
    /// Who would write there: user and group, by number.
    private(set) var writer: [String] = []

    /// Nothing is there.
    init() {}

    /// Reads what `text` printed: `w UID GID` of the writer, `f MODE UID GID USER GROUP NAME` of each file, the same
    /// with `d` of each directory, and `DIGEST  NAME` of each content.
    init(parsing text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
            if words.first == "w", words.count == 3 {
                writer = words.dropFirst().map(String.init)
            } else if let kind = words.first, ["f", "d"].contains(kind), words.count == 7,
                let permissions = UInt32(words[1], radix: 8)
            {
                let name = Self.name(words[6])
                let owners: [Set<String>] = [
                    [String(words[2]), String(words[4])], [String(words[3]), String(words[5])],
                ]
                let file = File(permissions: permissions, owners: owners)
                if kind == "f" { files[name] = file } else { directories[name] = file }
            } else if line.count > 66, line.dropFirst(64).hasPrefix("  ") {
                files[Self.name(line.dropFirst(66))]?.digest = String(line.prefix(64))
            }
        }
    }

    /// Whether a file's name may be asked for: one with a line's end could be taken for several.
    static func canTell(_ name: String) -> Bool { !name.utf8.contains { $0 == 10 || $0 == 13 || $0 == 92 } }

    /// What the machine has of these names; nothing where it can't tell, as without `sha256sum`: then everything is sent.
    static func ask(
        _ names: [String], _ installation: FileInstallation, on communicator: any Communicator, timeout: Duration?
    ) async -> GuestListing {
        let pieces = Mutex<[UInt8]?>(names.flatMap { Array("./\($0)".utf8) + [0] })
        let output = Mutex<[UInt8]>([])
        let outcome = await installation.listing.run(
            on: communicator, input: .stream { pieces.withLock { $0.take() } }, timeout: timeout
        ) { stream, bytes in
            if stream == .standardOutput { output.withLock { $0 += bytes } }
        }
        guard case .ended(0, _) = outcome else { return GuestListing() }
        return GuestListing(parsing: String(decoding: output.withLock { $0 }, as: UTF8.self))
    }

    /// A name without the dot that it was asked for with; of a single file, which has none, nothing is left.
    private static func name(_ text: Substring) -> String {
        let name = text.hasPrefix("./") ? text.dropFirst(2) : text
        return name == "." ? "" : String(name)
    }
}

extension FileInstallation {
    /// The program that lists: it reads names that each end in a zero byte. Links are no files, whatever they lead to, and pipes
    /// would never be read to an end. Nothing is said of a target that is not there.
    var listing: RemoteProgram {
        let text = #"""
            echo "w $(id -u) $(id -g)"
            devenv_list='exec find "$@" -prune \( -type f -exec stat -c "f %a %u %g %U %G %n" {} + -exec sha256sum {} + \
                -o -type d -exec stat -c "d %a %u %g %U %G %n" {} + \)'
            if [ -d "$1" ] && cd -- "$1"; then xargs -0 sh -c "$devenv_list" sh
            elif [ -f "$1" ] && [ ! -L "$1" ]; then
                stat -c "f %a %u %g %U %G ." -- "$1"
                sha256sum <"$1" | { read -r digest rest && echo "$digest  ."; }
            fi 2>/dev/null
            devenv_end 0
            """#
        return RemoteProgram(text, preparedBy: choose)
    }
}
