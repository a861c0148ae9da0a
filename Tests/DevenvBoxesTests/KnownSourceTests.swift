import DevenvBoxes
import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

/// Sources of which something is known before they are added.
@Suite(.requires(tool: "qemu-img", "gzip")) struct KnownSourceTests {
    @Test(arguments: HashAlgorithm.allCases, ["disk", "box"])
    func aChecksumIsComparedWhileTheFileIsAdded(algorithm: HashAlgorithm, kind: String) async throws {
        let fixture = try BoxStoreFixture()
        let source = try await Self.source(kind, fixture)
        let right = try await Self.checksum(of: source, algorithm)
        let wrong = try #require(
            Checksum(algorithm, hexadecimal: String(right.hexadecimal.reversed())))
        let store = fixture.store
        let error = await #expect(throws: BoxError.self) {
            try await store.add(source, as: .init(name: "test", source: "x"), expecting: .init(checksum: wrong))
        }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(right.description) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(wrong.description) == true)
        #expect(try fixture.images().isEmpty)
        #expect(try fixture.staging().isEmpty)
        let record = try await store.add(
            source, as: .init(name: "test", source: "x"), expecting: .init(checksum: right))
        #expect(record.checksum == right)
        #expect(try await fixture.store.isIntact("test"))
    }

    @Test func anotherImageThanTheExpectedOneIsRefused() async throws {
        let fixture = try BoxStoreFixture()
        let box = try await Self.source("box", fixture)
        let store = fixture.store
        let expected = try #require(ImageDigest(parsing: "sha256:" + String(repeating: "ab", count: 32)))
        let error = await #expect(throws: BoxError.self) {
            try await store.add(box, as: .init(name: "test", source: "x"), expecting: .init(image: expected))
        }
        #expect(error?.description.contains("\(expected) is expected") == true)
        #expect(try fixture.images().isEmpty)
        let digest = try await store.add(box, name: "other").image.digest
        let record = try await store.add(
            box, as: .init(name: "test", source: "x"), expecting: .init(image: digest))
        #expect(record.image.digest == digest)
    }

    /// Nothing is at the path any more: whoever looked there would find nothing.
    @Test func whatTheStoreHasIsNotReadAgain() async throws {
        let fixture = try BoxStoreFixture()
        let box = try await Self.source("box", fixture)
        let checksum = try await Self.checksum(of: box, .sha512)
        let first = try await fixture.store.add(
            box, as: .init(name: "one", version: "1.0", source: "x"), expecting: .init(checksum: checksum))
        try HostFiles.remove(box)
        for expectation in [
            BoxStore.Expectation(image: first.image.digest), .init(checksum: checksum),
            .init(image: first.image.digest, checksum: checksum),
        ] {
            let second = try await fixture.store.add(
                box, as: .init(name: "two", catalog: "https://boxes.example.com", source: "y"), expecting: expectation)
            #expect(second.digest == first.digest)
            #expect(second.version == nil, "that was said of the other name")
            #expect(second.user == "vagrant" && second.hasKnownKey, "what is known of the image comes with it")
            #expect(second.catalog == "https://boxes.example.com")
            #expect(try await fixture.store.adopt(expectation, as: .init(name: "two", source: "y")) != nil)
            try await fixture.store.remove("two")
        }
        let unknown = BoxStore.Expectation(
            checksum: try await Self.checksum(of: fixture.root.appending("box.img"), .md5))
        #expect(try await fixture.store.adopt(unknown, as: .init(name: "two", source: "y")) == nil)
    }

    @Test func theSameFileIsNotReadAgain() async throws {
        let counter = CallCounter()
        let fixture = try BoxStoreFixture(runner: counter)
        let disk = try await fixture.makeDisk()
        let first = try await fixture.store.add(disk, name: "one", version: "1.0")
        let calls = counter.count
        #expect(calls > 0)
        #expect(try await fixture.store.add(disk, name: "one", version: "1.0").digest == first.digest)
        #expect(try await fixture.store.add(disk, name: "one").version == "1.0", "the same file under the same name")
        #expect(try await fixture.store.add(disk, name: "two").version == nil)
        #expect(counter.count == calls, "no program was called")
        _ = try await fixture.store.add(disk, name: "one", version: "1.0", replacing: true)
        #expect(counter.count > calls)
        // the same length, and the same times as far as a program can set them
        let last = try HostFiles.size(of: disk) - 1
        try await fixture.run("cp", ["--preserve=all", disk.string, fixture.root.appending("reference").string])
        try await fixture.run(
            "sh", ["-c", "printf '\\001' | dd of='\(disk)' bs=1 seek=\(last) conv=notrunc status=none"])
        try await fixture.run("touch", ["-r", fixture.root.appending("reference").string, disk.string])
        let changed = try await fixture.store.add(disk, name: "three")
        #expect(changed.digest != first.digest)
    }

    @Test func aDamagedImageIsPutRightByAddingItAnew() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let digest = try await fixture.store.add(disk, name: "test").digest
        try fixture.store.retain(digest, by: BoxStoreFixture.machine("web"))
        let file = try #require(try fixture.store.image(withDigest: digest, name: "test").layers.first)
        try fixture.check(chmod(file.string, 0o644))
        try fixture.write("damaged", to: file)
        #expect(try await !fixture.store.isIntact("test"))
        _ = try await fixture.store.add(disk, name: "test", replacing: true)
        #expect(try await fixture.store.isIntact("test"))
        #expect(try fixture.mode(of: file) == 0o444)
    }

    /// A look is enough to tell that nothing has happened; where it is not, what is there is read.
    @Test func aMachineIsNotMadeFromAnImageThatHasChanged() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        let digest = try await fixture.store.add(disk, name: "test").digest
        let file = try #require(try fixture.store.image(withDigest: digest, name: "test").layers.first)
        try await fixture.store.requireUnchanged(digest, name: "test")
        try fixture.check(link(file.string, fixture.root.appending("link").string))
        try fixture.check(chmod(file.string, 0o644))

        try await fixture.run("touch", [file.string])
        try await fixture.store.requireUnchanged(digest, name: "test")
        try await fixture.run("truncate", ["--size=-1", file.string])
        let error = await #expect(throws: BoxError.self) {
            try await fixture.store.requireUnchanged(digest, name: "test")
        }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("has changed in the store") == true, "\(error?.description ?? "")")
        _ = try await fixture.store.add(disk, name: "test", replacing: true)
        try await fixture.store.requireUnchanged(digest, name: "test")
    }

    @Test func whatWasAddedIsKnownUntilItChanges() async throws {
        let fixture = try BoxStoreFixture()
        let disk = try await fixture.makeDisk()
        #expect(try !fixture.store.hasAdded(disk))
        _ = try await fixture.store.add(disk, name: "test")
        #expect(try fixture.store.hasAdded(disk))
        try await fixture.run("touch", [disk.string])
        #expect(try !fixture.store.hasAdded(disk))
    }

    @Test func whoeverComesSecondWaitsAndTakesTheFirstOnesImage() async throws {
        let counter = CallCounter()
        let fixture = try BoxStoreFixture(runner: counter)
        let disk = try await fixture.makeDisk()
        let store = fixture.store
        let notices = Lines()
        let records = try await withThrowingTaskGroup(of: BoxRecord.self) { group in
            for number in 0..<4 {
                group.addTask {
                    try await store.add(
                        disk, as: .init(name: "test-\(number)", source: "x"), notice: { notices.add($0) })
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(records.map(\.digest)).count == 1)
        #expect(counter.count(of: "prlimit") == 1, "one image was looked through")
        #expect(notices.all.contains { $0.contains("waiting for process \(getpid()) (devenv box add test-") })
        #expect(try fixture.staging().isEmpty)
    }

    @Test func whatIsDoneAloneIsDoneByOneAtATime() async throws {
        let fixture = try BoxStoreFixture()
        let store = fixture.store
        let presence = Presence()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    _ = try? await store.alone(with: "key-\(number % 2)", adding: "x", "testing", { _ in }) {
                        () throws(BoxError) in
                        presence.enter()
                        for _ in 0..<50 { await Task.yield() }
                        presence.leave()
                    }
                }
            }
        }
        #expect(presence.most <= 2, "two keys, and so two at a time")
        #expect(try fixture.staging().isEmpty)
    }

    private static func source(_ kind: String, _ fixture: borrowing BoxStoreFixture) async throws -> FilePath {
        let disk = try await fixture.makeNoise()
        guard kind == "box" else { return disk }
        try await fixture.run("cp", [disk.string, fixture.root.appending("box.img").string])
        return try await fixture.makeVagrantBox(
            named: "test.tar.gz", ["metadata.json": #"{"provider": "libvirt"}"#], disks: ["box.img": disk])
    }

    private static func checksum(of path: FilePath, _ algorithm: HashAlgorithm) async throws -> Checksum {
        let outcome = try await SystemToolRunner().run(ToolInvocation("\(algorithm.rawValue)sum", [path.string]))
        return try #require(Checksum(algorithm, hexadecimal: String(outcome.text.prefix { $0 != " " })))
    }
}

/// Counts the programs that are called.
private final class CallCounter: ToolRunner {
    private let tools = Mutex<[String]>([])

    var count: Int { tools.withLock { $0.count } }

    func count(of tool: String) -> Int { tools.withLock { $0.count { $0 == tool } } }

    func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolOutcome {
        tools.withLock { $0.append(invocation.tool) }
        return try await SystemToolRunner().run(invocation)
    }
}

/// Counts who is in at once.
private final class Presence: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { state.withLock { $0.now -= 1 } }
}
