import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// The seed: written once, again when it says something else, for nobody else's eyes.
@Suite(.requiresLibvirt, .requiresRoot, .requires(tool: "qemu-img", "qemu-io", "xorrisofs", "xorriso"))
struct SeedVolumeTests {
    @Test func theSeedHoldsItsFilesUnderItsLabel() async throws {
        try await StorageFixture.with { fixture in
            let seed = Sample.seed(hostname: "web")
            let file = try #require(try await fixture.storage.prepare(fixture.plan { $0.seed = seed }).seed)
            let listing = try await StorageFixture.run("xorriso", "-indev", file.string, "-find", "/", "-type", "f")
            for content in seed.files { #expect(listing.contains("'/\(content.path)'")) }
            #expect(try await fixture.content(of: "meta-data", in: file).contains("web"))
            #expect(try await StorageFixture.run("xorriso", "-indev", file.string, "-pvd_info").contains("cidata"))
        }
    }

    @Test func nobodyElseMayReadTheSeedOrWhatItWasMadeOf() async throws {
        try await StorageFixture.with { fixture in
            let file = try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed() }).seed
            #expect(FileFacts(try #require(file))?.mode == 0o600)
            #expect(!HostFiles.exists(MachinePlace(fixture.identity(), in: fixture.directories).workshop))
        }
    }

    @Test func theSeedIsWrittenAgainOnlyWhenItSaysSomethingElse() async throws {
        try await StorageFixture.with { fixture in
            let file = try #require(try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed() }).seed)
            let first = FileFacts(file)
            _ = try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed() })
            #expect(FileFacts(file)?.inode == first?.inode)
            _ = try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed(hostname: "other") })
            #expect(try await fixture.content(of: "meta-data", in: file).contains("other"))
        }
    }

    @Test func aSeedThatWasNotWrittenToItsEndIsWrittenAgain() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.seed = Sample.seed() }
            let file = try #require(try await fixture.storage.prepare(plan).seed)
            // as an end in the middle of the writing leaves it: no note of it, and half of it
            let place = MachinePlace(plan.identity, in: fixture.directories)
            try HostFiles.remove(place.directory)
            try await StorageFixture.run("truncate", "--size=1000", file.string)
            try HostFiles.makeDirectory(place.workshop.appending("files"))
            _ = try await fixture.storage.prepare(plan)
            #expect(try await fixture.content(of: "meta-data", in: file).contains("instance-id"))
        }
    }

    @Test func aSeedThatWentMissingIsWrittenAgain() async throws {
        try await StorageFixture.with { fixture in
            let plan = fixture.plan { $0.seed = Sample.seed() }
            let file = try #require(try await fixture.storage.prepare(plan).seed)
            try HostFiles.remove(file)
            let missing = try await fixture.storage.missing(for: [RecordedMachine(identity: plan.identity)])
            #expect(missing[plan.identity.machine] == MissingVolumes(replaceable: [plan.identity.seedVolume]))
            _ = try await fixture.storage.prepare(plan)
            #expect(HostFiles.exists(file))
        }
    }

    @Test func theSameSeedGivesTheSameBytes() async throws {
        try await StorageFixture.with { fixture in
            let file = try #require(try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed() }).seed)
            let first = try HostFiles.read(file)
            try await fixture.storage.remove(fixture.identity())
            _ = try await fixture.storage.prepare(fixture.plan { $0.seed = Sample.seed() })
            #expect(try HostFiles.read(file) == first)
        }
    }
}

extension StorageFixture {
    /// The text of a file in an image.
    func content(of name: String, in image: FilePath) async throws -> String {
        let copy = directory.path.appending("extracted")
        try HostFiles.remove(copy)
        try await Self.run("xorriso", "-osirrox", "on", "-indev", image.string, "-extract", "/" + name, copy.string)
        return try directory.read("extracted") ?? ""
    }
}

extension Sample {
    /// A seed of the sample machine.
    static func seed(hostname: String = "web") -> Seed {
        Seed(request: request { $0.hostname = hostname }, scope: .system)
    }
}
