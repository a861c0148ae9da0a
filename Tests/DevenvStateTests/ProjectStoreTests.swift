import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage
import Testing

@Suite final class ProjectStoreTests {
    private let directory: FilePath
    private let store: ProjectStore

    init() throws {
        directory = FilePath("/tmp/devenv-test-" + SecureRandom.hexadecimal(digits: 12))
        store = Self.store(in: directory, "project")
        try HostFiles.makeDirectory(store.directory)
    }

    deinit {
        try? HostFiles.remove(directory)  // a test that failed has already said why
    }

    private static func store(in directory: FilePath, _ name: String) -> ProjectStore {
        let host = HostDirectories(data: directory.appending("data"), runtime: directory.appending("run"))
        return ProjectStore(directory: directory.appending(name), host: host, command: "devenv up")
    }

    private func reserve(_ store: ProjectStore, _ subnet: String) throws -> ProjectRecord {
        let subnet = try #require(IPv4Subnet(subnet))
        let record = try store.reserveAddresses { book in
            var book = book
            book.subnets["default"] = subnet
            book.addresses["web"] = ["default": IPv4Address(value: subnet.address.value + 2)]
            return (ProjectName(unchecked: "shop"), book)
        }
        return try #require(record)
    }

    private func machine(_ name: String, of project: ProjectRecord) -> MachineRecord {
        let identity = MachineIdentity(
            project: project.id, machine: MachineID(unchecked: "0123456789abcdef"), projectName: project.name,
            name: MachineName(unchecked: name))
        return MachineRecord(
            identity: identity, provider: ProviderName(unchecked: "container"), boxName: "debian/12",
            boxDigest: "sha256:00", user: "dev")
    }

    @Test func readingAProjectThatWasNeverMadeChangesNothing() throws {
        #expect(try store.project() == nil)
        #expect(try store.machines().isEmpty)
        _ = try store.addressBook()
        #expect(!HostFiles.exists(store.root))
        #expect(!HostFiles.exists(store.host.data))
    }

    @Test func theIdIsMadeOnceAndKept() throws {
        let first = try reserve(store, "203.0.113.0/24")
        #expect(first.id.rawValue.count == 16)
        let second = try reserve(store, "203.0.113.0/24")
        #expect(second == first)
        #expect(try store.addressBook().addresses["web"]?["default"]?.description == "203.0.113.2")
    }

    @Test func keepingNothingMakesNothing() throws {
        let kept = try store.reserveAddresses { _ in nil }
        #expect(kept == nil)
        #expect(!HostFiles.exists(store.root))
    }

    @Test func theSubnetsOfOtherProjectsAreReserved() throws {
        let other = Self.store(in: directory, "other")
        try HostFiles.makeDirectory(other.directory)
        _ = try reserve(store, "203.0.113.0/24")
        let subnet = try #require(IPv4Subnet("203.0.113.0/24"))
        #expect(try other.addressBook().reserved.contains(subnet))
        #expect(try store.addressBook().reserved.contains(subnet) == false)
        try HostFiles.remove(store.root)
        #expect(try other.addressBook().reserved.contains(subnet) == false, "a project that is gone keeps nothing")
    }

    @Test func aSubnetOfAnotherProjectIsRefusedWithItsOwner() throws {
        let other = Self.store(in: directory, "other")
        try HostFiles.makeDirectory(other.directory)
        _ = try reserve(store, "203.0.113.0/24")
        let error = #expect(throws: StateError.self) { try reserve(other, "203.0.113.0/25") }
        #expect(error?.message.contains("'shop' in '\(store.directory)'") == true)
        #expect(!HostFiles.exists(other.root))
        _ = try reserve(other, "198.51.100.0/24")
    }

    @Test func aMachineIsKeptAndForgotten() throws {
        let record = machine("web", of: try reserve(store, "203.0.113.0/24"))
        try store.save(record)
        #expect(try store.machine(record.identity.name) == record)
        #expect(try store.machines() == [record])
        try store.forget(record.identity.name)
        #expect(try store.machines().isEmpty)
        #expect(!HostFiles.exists(store.directory(of: record.identity.name)))
    }

    @Test func aRecordOfALaterFormatIsLeftAlone() throws {
        let record = machine("web", of: try reserve(store, "203.0.113.0/24"))
        try store.save(record)
        let file = store.directory(of: record.identity.name).appending("machine.json")
        try AtomicFile.write(Array("{\"schema\": 99}".utf8), to: file)
        let error = #expect(throws: StateError.self) { try store.machines() }
        #expect(error?.help == "use a newer devenv")
    }

    @Test func aLockIsHeldByOneAndSaysByWhom() throws {
        _ = try reserve(store, "203.0.113.0/24")
        let web = MachineName(unchecked: "web")
        let held = try store.lock([web])
        let error = #expect(throws: StateError.self) { try store.lock([web]) }
        #expect(error?.isLocked == true)
        #expect(error?.holder?.command == "devenv up")
        #expect(throws: Never.self) { try store.lock([MachineName(unchecked: "db")]) }
        withExtendedLifetime(held) {}
    }

    @Test func aLockIsFreeWhenItsHolderGoes() throws {
        _ = try reserve(store, "203.0.113.0/24")
        let web = MachineName(unchecked: "web")
        do { _ = try store.lock([web]) }
        #expect(throws: Never.self) { try store.lock([web]) }
    }

    @Test func anEmptyProjectIsRemovedWholly() throws {
        let project = try reserve(store, "203.0.113.0/24")
        let record = machine("web", of: project)
        try store.save(record)
        #expect(try store.removeIfEmpty())
        #expect(try store.project() == project, "it has a machine")
        try store.forget(record.identity.name)
        #expect(try store.removeIfEmpty())
        #expect(!HostFiles.exists(store.root))
        #expect(try ProjectStore.knownProjects(store.host).isEmpty)
    }

    @Test func aProjectThatSomebodyWorksOnStays() throws {
        _ = try reserve(store, "203.0.113.0/24")
        let held = try store.lock([MachineName(unchecked: "web")])
        #expect(try store.removeIfEmpty() == false)
        #expect(HostFiles.exists(store.root))
        withExtendedLifetime(held) {}
    }
}
