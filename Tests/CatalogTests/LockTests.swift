import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvCatalogs

@Suite struct LockTests {
    private static func host(_ directory: TemporaryDirectory) -> HostDirectories {
        let home = directory.path.appending("home")
        return HostDirectories(data: home, runtime: home)
    }

    private static func box(
        _ name: String, _ constraint: String? = nil, format: String = "qcow2", _ version: String = "1.0",
        digit: Character = "a"
    ) -> LockedBox {
        LockedBox(
            name: name, constraint: constraint, format: format, architecture: "amd64", version: version,
            digest: "sha256:" + String(repeating: digit, count: 64), catalog: "/srv/boxes")
    }

    @Test func whatIsPinnedIsRead() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("Envfile.lock")
            #expect(try EnvfileLock.read(path) == nil)
            try await EnvfileLock.pin(
                [Self.box("b"), Self.box("a", "~> 1.0"), Self.box("a")], in: path, of: Self.host(directory))
            try await EnvfileLock.pin([Self.box("c", format: "directories")], in: path, of: Self.host(directory))
            let lock = try #require(try EnvfileLock.read(path))
            #expect(
                lock.boxes == [
                    Self.box("a"), Self.box("a", "~> 1.0"), Self.box("b"), Self.box("c", format: "directories"),
                ])
            #expect(
                lock.box("a", constraint: "~> 1.0", formats: ["qcow2"], architectures: ["amd64"])
                    == Self.box("a", "~> 1.0"))
            #expect(lock.box("a", constraint: "> 2", formats: ["qcow2"], architectures: ["amd64"]) == nil)
            #expect(lock.box("a", constraint: nil, formats: ["directories"], architectures: ["amd64"]) == nil)
            #expect(lock.box("a", constraint: nil, formats: ["qcow2"], architectures: ["arm64"]) == nil)
            try await EnvfileLock.pin([Self.box("a", "~> 1.0", "1.1", digit: "b")], in: path, of: Self.host(directory))
            #expect(try EnvfileLock.read(path)?.boxes.count == 4)
            #expect(try EnvfileLock.read(path)?.boxes[1].version == "1.1")
        }
    }

    @Test func manyWhoPinAtOnceAllDo() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("Envfile.lock")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await EnvfileLock.pin([Self.box("box-\(number)")], in: path, of: Self.host(directory))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try EnvfileLock.read(path)?.boxes.count == 16)
        }
    }

    @Test func whatIsPinnedAlreadyIsNotWrittenAgain() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory.path.appending("Envfile.lock")
            try await EnvfileLock.pin([Self.box("a")], in: path, of: Self.host(directory))
            let text = String(decoding: try HostFiles.read(path) ?? [], as: UTF8.self)
            try directory.write(text + "\n", to: "Envfile.lock")
            try await EnvfileLock.pin([Self.box("a")], in: path, of: Self.host(directory))
            #expect(try directory.read("Envfile.lock") == text + "\n")
        }
    }

    @Test(
        arguments: [
            ("", ":1:1: a value is missing"), ("[]", ":1:1: a lock file must be an object"),
            ("{\"schema\": 2}", ":1:12: the lock file has a format"), ("{}", ":1:1: the lock file has a format"),
            ("{\"schema\": 1, \"boxes\": [\n{\"name\": \"a\"}]}", ":2:1: a box lacks the key 'digest'"),
            ("{\"schema\": 1, \"boxes\": [{\"digest\": \"sha256:0\"}]}", ":1:36: 'sha256:0' is no digest"),
        ]) func whatIsWrongIsSaidWithItsPlace(text: String, says: String) async throws
    {
        try await TemporaryDirectory.with { directory in
            let path = try directory.write(text, to: "Envfile.lock")
            let error = #expect(throws: CatalogError.self) { try EnvfileLock.read(path) }
            #expect(error?.message.contains("Envfile.lock\(says)") == true, "\(error?.message ?? "")")
        }
    }
}

@Suite struct FreshnessTests {
    @Test func onlyTheHighestInstalledVersionCounts() throws {
        let text = """
            {"name": "a", "versions": [{"version": "1.10", "providers": [{"name": "libvirt", "url": "u"}]},
             {"version": "1.9", "providers": [{"name": "libvirt", "url": "u"}, {"name": "devenv-container", "url": "t"}]}]}
            """
        let newest = NewestVersions(try BoxListing(reading: Array(text.utf8), from: "x"))
        func compare(_ versions: [String?], _ format: BoxImage.Format = .qcow2) -> [String] {
            let installed = versions.map {
                Freshness.Installed(
                    name: "a", version: $0.flatMap(BoxVersion.init(parsing:)), format: format, architecture: nil)
            }
            return Freshness.compare(installed, with: ["a": .success(newest)], architectures: ["amd64"]).map { box in
                switch box.state {
                case .current: "current"
                case .outdated(let version): version.text
                case .gone: "gone"
                case .unknown: "unknown"
                }
            }
        }
        #expect(compare(["1.9", "1.10"]) == ["current"])
        #expect(compare(["1.10", "1.9"]) == ["current"])
        #expect(compare(["1.9"]) == ["1.10"])
        #expect(compare([nil]) == ["1.10"])
        #expect(compare(["2.0"]) == ["current"])
        #expect(compare(["1.9"], .directories) == ["current"])
        let gone = Freshness.compare(
            [Freshness.Installed(name: "b", version: nil, format: .qcow2, architecture: nil)],
            with: ["b": .success(nil)],
            architectures: [])
        #expect(gone.map(\.state) == [.gone])
    }
}
