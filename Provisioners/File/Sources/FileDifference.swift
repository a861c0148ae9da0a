/// What of a source must be sent; pure but for the contents that it reads.
struct FileDifference {
    /// The source.
    let tree: SourceTree
    /// What the machine has.
    let listing: GuestListing
    /// The permissions that files and directories get; nil for the source's own.
    let permissions: (file: UInt32, directory: UInt32)?
    /// The owner and the group that files get, by name or number; nil for who writes them.
    let owners: [String?]

    /// The names of what is sent: links always, as they cost nothing; files and directories whose content, permissions, owner or
    /// group are others than they will be; and the directories that something of that is in.
    var members: [String] {
        var sent: Set<String> = []
        for member in tree.members.reversed() where sent.contains(member.name) || !isThere(member) {
            sent.insert(member.name)
            if !member.name.isEmpty {
                sent.insert(member.name.split(separator: "/").dropLast().joined(separator: "/"))
            }
        }
        return tree.members.map(\.name).filter(sent.contains)
    }

    private func isThere(_ member: SourceTree.Member) -> Bool {
        if member.isDirectory {
            guard let directory = listing.directories[member.name] else { return false }
            // the target itself keeps what it has
            return member.name.isEmpty || isAsItWillBe(directory, permissions?.directory ?? member.permissions)
        }
        guard member.size != nil, let file = listing.files[member.name], let digest = file.digest else { return false }
        return isAsItWillBe(file, permissions?.file ?? member.permissions) && tree.digest(of: member) == digest
    }

    private func isAsItWillBe(_ file: GuestListing.File, _ permissions: UInt32) -> Bool {
        guard file.permissions == permissions else { return false }
        for (index, found) in file.owners.enumerated() {
            let wanted = owners[index] ?? (listing.writer.indices.contains(index) ? listing.writer[index] : "")
            guard found.contains(wanted) else { return false }
        }
        return true
    }
}
