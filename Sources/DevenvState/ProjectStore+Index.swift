import DevenvCrypto
package import DevenvHost
package import DevenvModel
import SystemPackage

extension ProjectStore {
    var indexDirectory: FilePath { host.data.appending("projects") }
    var locksDirectory: FilePath { root.appending("locks") }
    func indexFile(of project: ProjectID) -> FilePath { indexDirectory.appending("\(project).json") }

    /// The projects of this host that have machines. An entry whose directory no longer holds that project is left out.
    package static func knownProjects(_ host: HostDirectories) throws(StateError) -> [KnownProject] {
        let store = ProjectStore(directory: "/", host: host, command: "")
        let names = try StateError.wrap { () throws(HostError) in try HostFiles.list(store.indexDirectory) }
        var projects: [KnownProject] = []
        for name in names where name.hasSuffix(".json") {
            let path = store.indexDirectory.appending(name)
            guard let project = try StateFile.read(KnownProject.self, path), try store.isAlive(project) else {
                continue
            }
            projects.append(project)
        }
        return projects
    }

    private func isAlive(_ project: KnownProject) throws(StateError) -> Bool {
        let store = ProjectStore(directory: FilePath(project.directory), host: host, command: command)
        return try store.project()?.id == project.id
    }

    /// The project's own subnets and addresses, and the subnets that it must keep clear of.
    package func addressBook() throws(StateError) -> AddressBook {
        let own = try project()
        let others = try Self.knownProjects(host).filter { $0.id != own?.id }
        return AddressBook(
            subnets: own?.subnets ?? [:], addresses: own?.addresses ?? [:],
            reserved: others.flatMap(\.subnets) + HostRoute.all().map(\.subnet))
    }

    /// Keeps the addresses that a project's machines are given, so that no other project takes them and they stay the same.
    ///
    /// `load` gets the book as it is under the host-wide lock and returns the completed one with the project's name, or nil
    /// to keep nothing. The project's id and directory are made here, the first time.
    package func reserveAddresses(
        _ load: (AddressBook) -> (name: ProjectName, book: AddressBook)?
    ) throws(StateError) -> ProjectRecord? {
        try withHostLock { () throws(StateError) in
            guard let (name, book) = load(try addressBook()) else { return nil }
            let known = try project()
            try checkSubnets(book, besides: known?.id)
            let id = known?.id ?? ProjectID(unchecked: SecureRandom.hexadecimal(digits: 16))
            let record = ProjectRecord(id: id, name: name, subnets: book.subnets, addresses: book.addresses)
            if record != known { try establish(record) }
            let old = try StateFile.read(KnownProject.self, indexFile(of: id))
            let entry = KnownProject(
                id: id, name: name, directory: directory.string,
                subnets: book.subnets.values.sorted { $0.address < $1.address }, ports: old?.ports ?? [])
            if old != entry { try StateFile.write(entry, to: indexFile(of: id)) }
            return record
        }
    }

    /// Two bridges of one subnet would take each other's packets.
    private func checkSubnets(_ book: AddressBook, besides own: ProjectID?) throws(StateError) {
        for other in try Self.knownProjects(host) where other.id != own {
            for (network, subnet) in book.subnets.sorted(by: { $0.key < $1.key })
            where other.subnets.contains(where: subnet.overlaps) {
                throw .subnetTaken(network, subnet, by: other)
            }
        }
    }

    private func establish(_ record: ProjectRecord) throws(StateError) {
        try makeDirectory(root)
        let ignore = root.appending(".gitignore")
        if !HostFiles.exists(ignore) {
            try StateError.wrap { () throws(HostError) in try AtomicFile.write(Array("*\n".utf8), to: ignore) }
        }
        try StateFile.write(record, to: projectFile)
        FaultPoint.reach("state.project.established")
    }

    /// Removes `.devenv` and the index entry when no machine is recorded and nobody holds a machine's lock. `released` are
    /// the locks of the caller's own machines.
    package func removeIfEmpty() throws(StateError) {
        guard HostFiles.exists(root) else { return }
        try withHostLock { () throws(StateError) in
            guard try machines().isEmpty, try nobodyWorks() else { return }
            let id = try project()?.id
            if let id {
                let entry = indexFile(of: id)
                try StateError.wrap { () throws(HostError) in try HostFiles.remove(entry) }
            }
            FaultPoint.reach("state.project.index-removed")
            try StateError.wrap { () throws(HostError) in try HostFiles.remove(root) }
        }
    }

    private func nobodyWorks() throws(StateError) -> Bool {
        let names = try StateError.wrap { () throws(HostError) in try HostFiles.list(locksDirectory) }
        for name in names where !name.hasSuffix(".owner") {
            let path = locksDirectory.appending(name)
            let attempt = try StateError.wrap { () throws(HostError) in try FileLock.attempt(path, command: command) }
            guard case .taken = attempt else { return false }
        }
        return true
    }
}
