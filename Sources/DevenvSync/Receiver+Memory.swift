import DevenvModel

extension RsyncCall.Receiver {
    /// The receiver as a text for the next push; nil where a name holds what divides the fields.
    ///
    /// It begins with what was asked for, so that it is of no use after that has changed.
    func memory(of folder: SyncedFolder) -> String? {
        let fields = Self.wishes(folder) + [usesSudo ? "sudo" : "", isPrivileged ? "privileged" : "", owner, group]
        return fields.contains { $0.contains(":") } ? nil : fields.joined(separator: ":")
    }

    /// The receiver that was remembered; nil where the text is none, or of a folder with another owner.
    init?(memory: String, of folder: SyncedFolder) {
        let fields = memory.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, Array(fields.prefix(2)) == Self.wishes(folder) else { return nil }
        self.init(
            usesSudo: fields[2] == "sudo", isPrivileged: fields[3] == "privileged", owner: fields[4], group: fields[5])
    }

    private static func wishes(_ folder: SyncedFolder) -> [String] { [folder.owner ?? "", folder.group ?? ""] }
}
