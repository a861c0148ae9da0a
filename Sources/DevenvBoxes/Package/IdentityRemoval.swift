import DevenvHost

/// Takes out of a machine's files what is its own.
struct IdentityRemoval: Sendable {
    /// Directories whose content goes too: what was synced into the machine.
    let leftOut: [String]
    /// Files that are to have this content, and that would go otherwise: keys of a box that lets in a known one.
    var fixed: [GuestPlace: (bytes: [UInt8], owner: GuestOwner)] = [:]
    /// For messages.
    let attempt: String

    /// What was done.
    struct Result: Hashable, Sendable {
        /// What is gone and may be nowhere in the box: the text of private host keys.
        var secrets: [[UInt8]] = []
        /// Private keys of users, which stay.
        var privateKeys: [String] = []
    }

    /// Does it, and looks again: nothing is left to do then.
    func apply(to tree: some GuestTree) async throws(BoxError) -> Result {
        let change = try await change(of: tree)
        var result = Result()
        for removal in change.removals where !removal.isDirectory && removal.place.isPrivateHostKey {
            result.secrets.append(try await tree.read(removal.place.description))
        }
        for writing in change.writings where writing.isReplacing && writing.place.isPrivateHostKey {
            result.secrets.append(try await tree.read(writing.place.description))
        }
        try await tree.apply(change)
        let left = try await self.change(of: tree)
        if let first = left.removals.first?.place ?? left.writings.first?.place {
            throw BoxError(
                .failed, "\(attempt): '\(first)' could not be taken out of it",
                help: "remove it in the machine, and try again")
        }
        result.privateKeys = try await privateKeys(in: tree)
        return result
    }

    /// What is to be done.
    func change(of tree: some GuestTree) async throws(BoxError) -> GuestChange {
        let homes = try await homes(of: tree)
        let rules = IdentityRules.files + homes.flatMap(IdentityRules.files(home:))
        var change = GuestChange()
        var going: Set<GuestPlace> = []
        let listings = try await tree.list(Set(rules.map(\.directory) + ["/etc"]).union(fixed.keys.map(\.directory)))
        for rule in rules {
            for entry in listings[rule.directory] ?? [] where rule.matches(entry.name) {
                let place = GuestPlace(rule.directory, entry.name)
                guard entry.kind != .directory, fixed[place] == nil, going.insert(place).inserted else { continue }
                if rule.isSecret, entry.kind == .link { throw linked(place) }
                change.removals.append(GuestChange.Removal(place: place, isDirectory: false))
            }
        }
        for removal in try await emptied(tree) where going.insert(removal.place).inserted {
            change.removals.append(removal)
        }
        change.writings = try await writings(listings, tree)
        return change
    }

    private func homes(of tree: some GuestTree) async throws(BoxError) -> [String] {
        let listings = try await tree.list(["/etc", "/home"])
        let hasUsers = listings["/etc"]?.contains { $0.name == "passwd" && $0.kind == .file } ?? false
        let others = (listings["/home"] ?? []).filter { $0.kind == .directory }.map(\.name)
        return IdentityRules.homes(passwords: hasUsers ? try await tree.read("/etc/passwd") : nil, others: others)
    }

    private func linked(_ place: GuestPlace) -> BoxError {
        BoxError(
            .invalid, "\(attempt): its '\(place)' is a link, and what it leads to may be the machine's own",
            help: "put a file in its place in the machine, or remove it, and try again")
    }

    private func privateKeys(in tree: some GuestTree) async throws(BoxError) -> [String] {
        let directories = Set(try await homes(of: tree).map { "\($0)/.ssh" })
        return try await tree.list(directories).flatMap { directory, entries in
            entries.filter { $0.name.hasPrefix("id_") && !$0.name.hasSuffix(".pub") }
                .map { GuestPlace(directory, $0.name).description }
        }.sorted()
    }
}

// Directories that are emptied, and files that change.
extension IdentityRemoval {
    /// What goes from directories that are emptied, the deepest first.
    private func emptied(_ tree: some GuestTree) async throws(BoxError) -> [GuestChange.Removal] {
        var levels: [[GuestChange.Removal]] = []
        var next: [String: IdentityRules.Contents] = [:]
        for contents in IdentityRules.contents + leftOut.map({ IdentityRules.Contents(directory: $0) }) {
            next[contents.directory] = contents
        }
        while !next.isEmpty {
            var level: [GuestChange.Removal] = []
            var below: [String: IdentityRules.Contents] = [:]
            let listings = try await tree.list(Set(next.keys))
            for (directory, rule) in next.sorted(by: { $0.key < $1.key }) {
                for entry in listings[directory] ?? [] where !rule.except.contains(entry.name) {
                    let place = GuestPlace(directory, entry.name)
                    let isDirectory = entry.kind == .directory
                    if isDirectory {
                        below[place.description] = IdentityRules.Contents(
                            directory: place.description, keepsDirectories: rule.keepsDirectories)
                    }
                    guard !isDirectory || !rule.keepsDirectories else { continue }
                    level.append(GuestChange.Removal(place: place, isDirectory: isDirectory))
                }
            }
            levels.append(level)
            next = below
        }
        return levels.reversed().flatMap { $0 }
    }

    private func writings(
        _ listings: [String: [GuestEntry]], _ tree: some GuestTree
    ) async throws(BoxError) -> [GuestChange.Writing] {
        let texts: [(name: String, change: @Sendable ([UInt8]) -> [UInt8])] = [
            ("machine-id", { _ in [] }), ("hostname", { _ in IdentityText.hostname }), ("hosts", IdentityText.hosts),
            ("resolv.conf", IdentityText.resolver),
        ]
        var writings: [GuestChange.Writing] = []
        for text in texts {
            guard let entry = listings["/etc"]?.first(where: { $0.name == text.name }) else { continue }
            let place = GuestPlace("/etc", text.name)
            if text.name == "machine-id", entry.kind == .link { throw linked(place) }
            guard entry.kind == .file else { continue }
            let old = try await tree.read(place.description)
            let new = text.change(old)
            if new != old { writings.append(.init(place: place, bytes: new, owner: entry.owner, isReplacing: true)) }
        }
        for (place, content) in fixed.sorted(by: { $0.key.description < $1.key.description }) {
            let entry = listings[place.directory]?.first { $0.name == place.name }
            if entry?.kind == .file, try await tree.read(place.description) == content.bytes { continue }
            writings.append(
                .init(
                    place: place, bytes: content.bytes, owner: entry?.owner ?? content.owner,
                    isReplacing: entry != nil))
        }
        return writings
    }
}

extension GuestPlace {
    /// Whether the name is that of a host's private key.
    fileprivate var isPrivateHostKey: Bool { name.hasSuffix("_key") && name.contains("host") }
}
