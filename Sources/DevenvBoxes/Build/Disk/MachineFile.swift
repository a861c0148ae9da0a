/// A file of devenv's own in an image that machines start from.
struct MachineFile: Hashable, Sendable {
    /// Where it lies.
    let path: String
    /// Whether it is a program.
    var isProgram = false
    /// What is in it; ends with a newline.
    let text: String

    /// Ends the text in the shell program; no file has such a line.
    private static let end = "devenv-end-of-file"

    /// The part of a shell program that makes the file below `$root`.
    var installation: String {
        let directory = path.split(separator: "/").dropLast().joined(separator: "/")
        return """
            mkdir -p "$root/\(directory)"
            cat >"$root\(path)" <<'\(Self.end)'
            \(text)\(Self.end)
            chmod \(isProgram ? "0755" : "0644") "$root\(path)"

            """
    }
}
