/// A path of a machine as it is written on the command line: `MACHINE:PATH`.
struct MachinePath: Hashable, Sendable {
    /// The machine; nil where nothing stands before the colon, for the primary one or the only one there is.
    let target: TargetExpression?
    /// The path; empty for the home directory of the SSH user.
    let path: String

    /// Reads one; nil where there is no colon, or no machine before it that could be meant.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[..<colon])
        target = TargetExpression(name)
        guard name.isEmpty || target != nil else { return nil }
        path = String(text[text.index(after: colon)...])
    }
}
