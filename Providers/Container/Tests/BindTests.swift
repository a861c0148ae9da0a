import ContainerProvider
import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Directories and files of the host in a machine.
@Suite(.requiresContainers)
struct BindTests {
    @Test func theOwnerOnTheHostIsTheUserInTheMachine() async throws {
        try await ContainerFixture.with { fixture in
            let source = try fixture.directory.write("from the host", to: "src/file")
            for path in [source, source.removingLastComponent()] { #expect(chown(path.string, 4711, 4712) == 0) }
            let other = try fixture.directory.write("the host's root", to: "src/other")
            chmod(other.string, 0o600)
            let binds = [
                OptionTree(.string("src:/shared")), OptionTree(.string("\(source):/etc/given:ro")),
                Self.map([("source", .string("src")), ("target", .string("/srv/kept")), ("readonly", .boolean(true))]),
            ]
            let web = fixture.request(change: fixture.options(["binds": .list(binds), "nesting": .boolean(true)]))
            try await fixture.up(web)
            #expect(
                try await fixture.say("stat -c %U:%G /shared /shared/file; cat /etc/given", in: web)
                    == "dev:dev\ndev:dev\nfrom the host")
            _ = try await fixture.say(
                "touch /shared/new; sudo mkdir /shared/root; sudo chown dev /shared/root", in: web)
            let there = source.removingLastComponent()
            #expect(try await fixture.host("stat", "-c", "%u:%g", there.appending("new").string) == "4711:4712\n")
            // what root makes there is no file of the host's root, and the host's root's own is out of reach
            #expect(
                try await fixture.host("stat", "-c", "%u:%g", there.appending("root").string) == "4711:1879048192\n")
            #expect(try await fixture.run("sudo cat /shared/other", in: web).complaint.contains("Permission denied"))
            try await expectReadOnly(["/etc/given", "/srv/kept/file"], in: web, fixture)
            // nothing is left of the way in, while the machine runs
            #expect(fixture.leftovers.mounts().count == 1)
        }
    }

    @Test func aSourceThatIsMissingIsNamed() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request(change: fixture.options(["binds": .string("nowhere:/shared")]))
            let error = await #expect(throws: ProviderError.self) { try await fixture.up(web) }
            #expect(error?.message == "there is no '\(fixture.directory.path)/nowhere' to bind on '/shared'")
            #expect(error?.help?.contains("mkdir -p") == true)
        }
    }

    @Test func whatAKilledStartLeftIsTakenAwayAndTheHostsFilesStay() async throws {
        try await ContainerFixture.with { fixture in
            let web = fixture.request()
            _ = try await fixture.provider.create(web)
            let file = try fixture.directory.write("from the host", to: "src/file")
            let passage = fixture.directories.runtime.pushing(
                FilePath("containers/\(fixture.project)/\(web.identity.machine)/binds/0"))
            try HostFiles.makeDirectory(passage)
            for _ in 0..<2 {
                try await fixture.host("mount", "--bind", file.removingLastComponent().string, passage.string)
            }
            try await fixture.provider.destroy(web.recorded)
            #expect(try fixture.directory.read("src/file") == "from the host")
        }
    }

    /// Not even root inside can make it writable, with all the powers that nesting gives.
    private func expectReadOnly(_ files: [String], in machine: MachineRequest, _ fixture: ContainerFixture) async throws
    {
        for file in files {
            #expect(
                try await fixture.run("echo x | sudo tee \(file)", in: machine).complaint.contains(
                    "Read-only file system"))
        }
        let again = try await fixture.run("sudo mount -o remount,bind,rw /srv/kept", in: machine)
        #expect(again.complaint.contains("permission denied"), "\(again.complaint)")
    }

    private static func map(_ entries: [(String, OptionTree.Value)]) -> OptionTree {
        OptionTree(.map(entries.map { OptionTree.Entry(key: Located($0.0), value: OptionTree($0.1)) }))
    }
}
