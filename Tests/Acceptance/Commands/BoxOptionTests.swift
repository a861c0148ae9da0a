import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What the options of `devenv box` choose among several boxes.
@Suite(.requires(tool: "qemu-img", "tar", "ssh-keygen")) struct BoxOptionTests {
    /// A host of its own, with disk images of 1, 2 and 3 GiB.
    private struct Host {
        let directory: TemporaryDirectory

        static func with(_ body: (Host) async throws -> Void) async throws {
            try await TemporaryDirectory.with { directory in
                for size in 1...3 {
                    try await directory.run("qemu-img", "create", "-q", "-f", "qcow2", "\(size).img", "\(size)G")
                }
                try await body(Host(directory: directory))
            }
        }

        var home: FilePath { directory.path.appending("home") }

        /// Runs a command, its words parted by blanks, that must end with this status.
        @discardableResult
        func expect(
            _ line: String, status: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> ToolOutcome {
            let words = line.split(separator: " ").map(String.init)
            let outcome = try await DevenvBinary(home: home).run(words, in: directory.path)
            #expect(outcome.status == status, "\(line): \(outcome.transcript)", sourceLocation: sourceLocation)
            return outcome
        }

        /// What is in the store, each as `NAME VERSION ARCHITECTURE`.
        func boxes() async throws -> [String] {
            let list = try JSONTree(parsing: try await expect("box list --json").text)["boxes"]
            guard case .list(let boxes)? = list else { return [] }
            return boxes.map { box in
                ["name", "version", "architecture"].compactMap { box[$0]?.text }.joined(separator: " ")
            }.sorted()
        }
    }

    @Test func aProcessorsBoxesAreRemovedAndVerifiedAlone() async throws {
        try await Host.with { host in
            try await host.expect("box add 1.img --name a --box-version 1 --architecture amd64")
            try await host.expect("box add 2.img --name a --box-version 1 --architecture arm64")
            let images = host.home.appending("boxes").appending("images")
            for image in try HostFiles.list(images) {
                let file = images.appending(image).appending("disk.qcow2")
                let bytes = try HostFiles.read(file) ?? []
                // the size of the disk, in its header: bytes 24 to 31
                if bytes[28] == 0x80 { try AtomicFile.write(bytes + [0], to: file, durable: false) }
            }
            try await host.expect("box verify a --architecture amd64")
            try await host.expect("box verify a --architecture arm64", status: 1)
            try await host.expect("box verify --architecture amd64")
            try await host.expect("box verify", status: 1)
            try await host.expect("box remove a --architecture riscv64", status: 1)
            try await host.expect("box remove a --architecture arm64")
            #expect(try await host.boxes() == ["a 1 amd64"])
            try await host.expect("box verify")
        }
    }

    @Test func pruningCanBeLimited() async throws {
        try await Host.with { host in
            for name in ["a", "b"] {
                for (size, version) in [(1, "1"), (2, "2")] {
                    for architecture in ["amd64", "arm64"] {
                        try await host.expect(
                            "box add \(size).img --name \(name) --box-version \(version) --architecture \(architecture)"
                        )
                    }
                }
            }
            try await host.expect("box prune --name a --architecture arm64 --format ovf")
            #expect(try await host.boxes().count == 8)
            try await host.expect("box prune --name a --architecture arm64 --format qcow2")
            #expect(try await host.boxes().filter { $0.hasPrefix("a 1") } == ["a 1 amd64"])
            try await host.expect("box prune --architecture arm64")
            #expect(
                try await host.boxes() == [
                    "a 1 amd64", "a 2 amd64", "a 2 arm64", "b 1 amd64", "b 2 amd64", "b 2 arm64",
                ])
            try await host.expect("box prune --format qcow2")
            #expect(try await host.boxes() == ["a 2 amd64", "a 2 arm64", "b 2 amd64", "b 2 arm64"])
            try await host.expect("box prune --name c", status: 1)
        }
    }

    @Test func theKeyThatADiskLetsInIsKept() async throws {
        try await Host.with { host in
            try await host.directory.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key")
            try host.directory.write("no key\n", to: "other")
            let refused = try await host.expect("box add 1.img --name a --user admin --login-key other", status: 1)
            #expect(refused.errors.contains("other"), "\(refused.errors)")
            #expect(try await host.boxes() == [])
            try await host.expect("box add 1.img --name a --user admin --login-key key")
            try await host.expect("box add 2.img --name b --user admin")
            let list = try JSONTree(parsing: try await host.expect("box list --json").text)["boxes"]
            guard case .list(let boxes)? = list, boxes.count == 2 else { throw Failure() }
            #expect(boxes.map { $0["knownKey"]?.truth } == [true, false])
            let published = try await host.expect("box publish a --box-version 1 --to catalog")
            #expect(published.errors.contains("whoever has the box has the key"), "\(published.errors)")
        }
    }

    @Test func aPublicationIsWhatItsOptionsSay() async throws {
        try await Host.with { host in
            try await host.expect("box add 1.img --name a --architecture amd64")
            try await host.expect("box publish a --to catalog", status: 1)
            try await host.expect("box publish a --to catalog --box-version 3.0 --format ovf", status: 1)
            try await host.expect(
                "box publish a --to catalog --box-version 3.0 --format qcow2 --as team/a --url http://boxes.test/x")
            let listing = try #require(try host.directory.read("catalog/boxes/team/a.json"))
            #expect(listing.contains("http://boxes.test/x/files/team/a"), "\(listing)")
            #expect(try await host.expect("catalog list catalog").text.contains("team/a  3.0"))
            try await host.expect("box add 2.img --name a --architecture amd64 -f")
            let refused = try await host.expect("box publish a --to catalog --box-version 3.0 --as team/a", status: 1)
            #expect(refused.errors.contains("-f") || refused.errors.contains("--force"), "\(refused.errors)")
            let before = try host.directory.read("catalog/boxes/team/a.json")
            try await host.expect("box publish a --to catalog --box-version 3.0 --as team/a -f")
            #expect(try host.directory.read("catalog/boxes/team/a.json") != before)
            try await host.expect("catalog verify catalog")
        }
    }

    @Test(.requiresRoot) func aNameStandsForEachProvidersOwnImage() async throws {
        try await Host.with { host in
            try host.directory.write("tree\n", to: "tree/etc/hostname")
            try await host.expect("box add 1.img --name a --box-version 1")
            try await host.expect("box add tree --name a --box-version 1")
            try await host.expect("box publish a --as team/a --to catalog")
            for (provider, image) in [("container", "tree"), ("libvirt", "a disk of 1 GiB")] {
                let added = try await host.expect("box add team/a --catalog catalog --provider \(provider)").text
                #expect(added.contains("a disk of") == (image != "tree"), "\(provider): \(added)")
                try await host.expect("box remove team/a")
            }
        }
    }

    @Test func aCatalogIsBelievedWithItsKeyOnly() async throws {
        try await Host.with { host in
            for key in ["own", "other"] {
                try await host.directory.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            }
            try await host.expect("box add 1.img --name a --box-version 1")
            try await host.expect("box publish a --to catalog --key own")
            let refused = try await host.expect("catalog add catalog --key other.pub", status: 1)
            #expect(refused.errors.contains("key"), "\(refused.errors)")
            #expect(try await host.expect("catalog list").text.contains("no catalogs"))
            try await host.expect("catalog add catalog --key own", status: 64)
            try await host.expect("catalog add catalog --key own.pub")
            #expect(try await host.expect("catalog list").text.contains("SHA256:"))
        }
    }

    @Test func aRehearsalOfCleaningRemovesNothing() async throws {
        try await Host.with { host in
            try await host.expect("box add 1.img --name a")
            let package = try host.directory.write("fetched", to: "home/boxes/cache/packages/bookworm/jq.deb")
            for line in ["box gc", "box gc -n --packages"] { try await host.expect(line) }
            #expect(HostFiles.exists(package))
            let rehearsed = try await host.expect("box gc -n --packages").text
            #expect(rehearsed.hasPrefix("Would free ") && rehearsed != "Would free 0 B.\n", "\(rehearsed)")
            let freed = try await host.expect("box gc --packages").text
            #expect(freed == rehearsed.replacing("Would free", with: "Freed"))
            #expect(!HostFiles.exists(package))
            #expect(try await host.boxes() == ["a"])
        }
    }

    private struct Failure: Error {}
}
