import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvState

/// State files that are not what was written.
struct DamageTests {
    /// A project with one machine that has a forward.
    private struct Place {
        let store: ProjectStore
        let record: MachineRecord
        let project: ProjectRecord

        var machineFile: FilePath { store.directory(of: record.identity.name).appending("machine.json") }
        var projectFile: FilePath { store.root.appending("project.json") }
        var indexFile: FilePath { store.indexFile(of: project.id) }

        static func with(_ body: (Place) throws -> Void) async throws {
            try await TemporaryDirectory.with { directory in
                let host = HostDirectories(
                    data: directory.path.appending("data"), runtime: directory.path.appending("run"))
                let store = ProjectStore(directory: directory.path.appending("shop"), host: host, command: "devenv up")
                try HostFiles.makeDirectory(store.directory)
                let project = try reserve(store)
                let identity = MachineIdentity(
                    project: project.id, machine: MachineID(unchecked: "0123456789abcdef"),
                    projectName: project.name, name: MachineName(unchecked: "web"))
                var record = MachineRecord(
                    identity: identity, provider: ProviderName(unchecked: "container"), boxName: "debian/12",
                    boxDigest: "sha256:00", user: "dev")
                record.forwards = [PortForward(host: 8080, guest: 80)]
                try store.save(record)
                try body(Place(store: store, record: record, project: project))
            }
        }

        @discardableResult static func reserve(_ store: ProjectStore) throws -> ProjectRecord {
            let subnet = try #require(IPv4Subnet("203.0.113.0/24"))
            let record = try store.reserveAddresses { book in
                var book = book
                book.subnets["default"] = subnet
                return (ProjectName(unchecked: "shop"), book)
            }
            return try #require(record)
        }
    }

    /// What may be in a file's place: each of its beginnings, nothing, noise, other JSON.
    private static func damages(of file: FilePath) throws -> [[UInt8]] {
        let whole = try #require(try HostFiles.read(file))
        let noise = (0..<64).map { _ in SecureRandom.bytes(whole.count) }
        let others = ["[]", "null", "{\"schema\": 1}", "{\"schema\": 1, \"content\": {}}", "{\"schema\": \"1\"}"]
        // without the line feed at its end nothing is lost
        return whole.indices.dropLast().map { Array(whole[..<$0]) } + noise + others.map { Array($0.utf8) }
            + [[UInt8](repeating: 0, count: whole.count)]
    }

    @Test func aMachinesRecordSurvivesAnyDamage() async throws {
        try await Place.with { place in
            var recovered = 0
            for damage in try Self.damages(of: place.machineFile) {
                try AtomicFile.write(damage, to: place.machineFile)
                var found = try #require(try place.store.machines().first)
                if found.isRecovered == true { recovered += 1 }
                found.isRecovered = nil
                #expect(found == place.record)
            }
            #expect(recovered > 500, "only a cut that leaves the whole content is no damage")
            try HostFiles.remove(place.machineFile)
            #expect(try place.store.machine(place.record.identity.name)?.isRecovered == true)
            try place.store.save(place.record)
            #expect(try place.store.machines() == [place.record])
        }
    }

    @Test func whereTheCopyIsDamagedTooTheFileIsNamed() async throws {
        try await Place.with { place in
            for file in [place.machineFile, FilePath(place.machineFile.string + "~")] {
                try AtomicFile.write(Array("{".utf8), to: file)
            }
            let error = #expect(throws: StateError.self) { try place.store.machines() }
            #expect(error?.message.contains("web/machine.json'") == true)
            try place.store.forget(place.record.identity.name)
            #expect(try place.store.machines().isEmpty)
        }
    }

    @Test func theProjectKeepsItsIdentity() async throws {
        try await Place.with { place in
            for damage in try Self.damages(of: place.projectFile) {
                try AtomicFile.write(damage, to: place.projectFile)
                #expect(try place.store.project() == place.project)
            }
            try AtomicFile.write(Array("{".utf8), to: place.projectFile)
            #expect(try Place.reserve(place.store) == place.project)
            try HostFiles.remove(FilePath(place.projectFile.string + "~"))
            #expect(try place.store.project() == place.project, "the file was written again")
        }
    }

    @Test func aDamagedEntryOfTheIndexStopsNobodyAndIsMadeAgain() async throws {
        try await Place.with { place in
            for damage in try Self.damages(of: place.indexFile) {
                try AtomicFile.write(damage, to: place.indexFile)
                #expect(try ProjectStore.knownProjects(place.store.host).isEmpty)
            }
            try Place.reserve(place.store)
            let entry = try #require(try ProjectStore.knownProjects(place.store.host).first)
            #expect(entry.id == place.project.id && entry.ports.map(\.port) == [8080])
        }
    }

    @Test func aLaterFormatIsNoDamage() async throws {
        try await Place.with { place in
            for file in [place.machineFile, place.projectFile] {
                try AtomicFile.write(Array("{\"schema\": 99}".utf8), to: file)
            }
            let machine = #expect(throws: StateError.self) { try place.store.machines() }
            let project = #expect(throws: StateError.self) { try place.store.project() }
            #expect(machine?.help == "use a newer devenv" && project?.help == "use a newer devenv")
        }
    }

    @Test func whoHoldsALockIsNotKnownFromNoise() async throws {
        try await Place.with { place in
            let held = try place.store.lock([place.record.identity.name])
            let note = FilePath(place.store.lockFile(of: place.record.identity.name).string + ".owner")
            for noise in try Self.damages(of: place.machineFile).suffix(70) {
                try AtomicFile.write(noise, to: note)
                let error = #expect(throws: StateError.self) { try place.store.lock([place.record.identity.name]) }
                #expect(error?.isLocked == true)
            }
            withExtendedLifetime(held) {}
        }
    }
}
