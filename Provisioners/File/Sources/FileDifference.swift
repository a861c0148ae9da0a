/// What of a source must be sent; pure but for the contents that it reads.
struct FileDifference {
    /// The source.
    let tree: SourceTree
    /// What the machine has.
    let listing: GuestListing
    /// The permissions that files get; nil for the source's own.
    let permissions: UInt32?
    /// The owner and the group that files get, by name or number; nil for who writes them.
    let owners: [String?]

    /// The names of what is sent: directories and links always, as they cost nothing; files whose content, permissions, owner
    /// or group are others than they will be.
    var members: [String] { tree.members.filter { !isThere($0) }.map(\.name) }

    private func isThere(_ member: SourceTree.Member) -> Bool {
        guard member.size != nil, let file = listing.files[member.name], let digest = file.digest else { return false }
        guard file.permissions == permissions ?? member.permissions else { return false }
        for (index, found) in file.owners.enumerated() {
            let wanted = owners[index] ?? (listing.writer.indices.contains(index) ? listing.writer[index] : "")
            guard found.contains(wanted) else { return false }
        }
        return tree.digest(of: member) == digest
    }
}
