import DevenvCrypto
package import DevenvHost
package import DevenvModel
import DevenvPluginAPI
import SystemPackage

extension ProjectStore {
    var indexDirectory: FilePath { host.data.appending("projects") }
    var locksDirectory: FilePath { root.appending("locks") }
    func indexFile(of project: ProjectID) -> FilePath { indexDirectory.appending("\(project).json") }

    /// The projects of this host that have machines. An entry whose directory no longer holds that project is left out.
    package static func knownProjects(_ host: HostDirectories) throws(StateError) -> [KnownProject] {
        let store = ProjectStore(directory: "/", host: host, command: "")
        var projects: [KnownProject] = []
        for project in try indexedProjects(host) where try store.isAlive(project) { projects.append(project) }
        return projects
    }

    /// All entries of the index, also those whose directory no longer holds that project.
    package static func indexedProjects(_ host: HostDirectories) throws(StateError) -> [KnownProject] {
        let directory = ProjectStore(directory: "/", host: host, command: "").indexDirectory
        let names = try StateError.wrap { () throws(HostError) in try HostFiles.list(directory) }
        var projects: [KnownProject] = []
        for name in names where name.hasSuffix(".json") {
            if let project = try entry(directory.appending(name)) { projects.append(project) }
        }
        return projects
    }

    /// An entry of the index. One that is damaged counts as none: it keeps nobody from working, and the next 'up' of its project
    /// makes it again.
    static func entry(_ path: FilePath) throws(StateError) -> KnownProject? {
        try StateFile.readIntact(KnownProject.self, path)
    }

    /// Notes in the index where the project is by now, if its directory was moved. Throws where it was copied, and the other one is
    /// still there: both would have the same machines.
    /// The caller holds the host-wide lock.
    func settle() throws(StateError) {
        guard let id = try project()?.id, var entry = try Self.entry(indexFile(of: id)), try isStale(entry) else {
            return
        }
        entry.directory = directory.string
        try StateFile.write(entry, to: indexFile(of: id))
    }

    /// Whether the project's entry names another directory, which does not have the project any more.
    private func isStale(_ entry: KnownProject) throws(StateError) -> Bool {
        guard entry.directory != directory.string,
            !HostFiles.areSame(FilePath(entry.directory).appending(".devenv"), root)
        else { return false }
        guard try isAlive(entry) else { return true }
        throw .copied(directory.string, of: entry.directory)
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
            reserved: others.flatMap(\.subnets) + HostRoute.all().map(\.subnet),
            foreign: others.flatMap { other in
                other.shared.map { ForeignNetwork(project: other.name, network: $0) }
            })
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
            let found = try StateFile.readEither(ProjectRecord.self, projectFile)
            let known = found?.content
            let id = known?.id ?? ProjectID(unchecked: SecureRandom.hexadecimal(digits: 16))
            let old = try Self.entry(indexFile(of: id))
            if let old { _ = try isStale(old) }
            try checkSubnets(book, besides: known?.id)
            let record = ProjectRecord(id: id, name: name, subnets: book.subnets, addresses: book.addresses)
            if record != known || found?.isCopy == true { try establish(record) }
            let ports = if let old { old.ports } else { try recordedPorts() }
            let entry = KnownProject(
                id: id, name: name, directory: directory.string,
                subnets: book.subnets.values.sorted { $0.address < $1.address }, ports: ports,
                shared: book.sharedNetworks)
            if old != entry { try StateFile.write(entry, to: indexFile(of: id)) }
            return record
        }
    }

    /// The ports of this project's machines as these themselves have them.
    private func recordedPorts() throws(StateError) -> [ReservedPort] {
        try machines().flatMap { machine in
            machine.forwards.map { ReservedPort(machine: machine.identity.name, forward: $0, isRunning: true) }
        }
    }

    /// Two bridges of one subnet would take each other's packets. What both share is one bridge.
    private func checkSubnets(_ book: AddressBook, besides own: ProjectID?) throws(StateError) {
        for other in try Self.knownProjects(host) where other.id != own {
            for (network, subnet) in book.subnets.sorted(by: { $0.key < $1.key })
            where other.subnets.contains(where: subnet.overlaps) {
                let isCommon = other.shared.contains { shared in
                    shared.subnet == subnet && shared.name.rawValue == network && book.shared[shared.name] != nil
                }
                if isCommon { continue }
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
        try StateFile.writeBoth(record, to: projectFile)
        FaultPoint.reach("state.project.established")
    }

    /// Removes `.devenv` and the index entry when no machine is recorded and nobody holds a machine's lock; false where somebody
    /// does.
    package func removeIfEmpty() throws(StateError) -> Bool {
        guard HostFiles.exists(root) else { return true }
        return try withHostLock { () throws(StateError) in
            guard try machines().isEmpty else { return true }
            guard try nobodyWorks() else { return false }
            let id = try project()?.id
            if let id {
                let entry = indexFile(of: id)
                try StateError.wrap { () throws(HostError) in try HostFiles.remove(entry) }
            }
            FaultPoint.reach("state.project.index-removed")
            try StateError.wrap { () throws(HostError) in try HostFiles.remove(root) }
            return true
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
