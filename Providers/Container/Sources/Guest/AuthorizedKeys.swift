/// The text of an authorized_keys file that lets the machine's owner in.
enum AuthorizedKeys {
    /// The old lines and those that are missing among them.
    static func text(_ old: String, adding keys: [String]) -> String {
        let lines = old.split(separator: "\n").map(String.init)
        return (lines + keys.filter { !lines.contains($0) }).map { $0 + "\n" }.joined()
    }
}
