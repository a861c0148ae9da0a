import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A file system of VirtualBox's machines on which no space is left.
@Suite(
    .tags(.large), .requiresRoot, .requiresVirtualBox,
    .requires(tool: "qemu-img", "truncate", "tar", "ip", "mount", "fallocate", "ssh-keygen"))
struct VirtualBoxFullDiskTests {
    private static func envfile(_ names: String..., box: String = "$BOX", bootTimeout: String = "100ms") -> String {
        let machines = names.map { "  \($0): { box: \(box), memory: 64MiB, boot_timeout: \(bootTimeout) }\n" }
        return "version: 1\nname: full\nprovider: virtualbox\nmachines:\n" + machines.joined()
    }

    /// The disk of the box is copied into a file system that is too small for it: nothing half made stays.
    @Test func oneThatIsFullBeforeTheBoxIsCopiedIsNamed() async throws {
        try await Self.with(megabytes: 4) { project, disk in
            try await disk.expectRefusal(of: "up", in: project, "making the machine 'one'")
            #expect(try await project.binary.virtualBox?.content() == [])
            #expect(try Leftovers.ofVirtualBox(below: project.binary.home) == [])
            try await disk.grow(to: 64)
            try await project.upWithoutSystem()
        }
    }

    @Test func oneThatIsFullBeforeAMachineIsClonedOrSavedIsNamed() async throws {
        try await Self.with(megabytes: 64) { project, disk in
            try await project.upWithoutSystem()
            try project.write(Self.envfile("one", "two"), to: "Envfile")
            let content = try await project.binary.virtualBox?.content()
            let filler = try await disk.fill(leaving: 4)
            try await disk.expectRefusal(of: "up", "two", in: project, "making the machine 'two'")
            try await disk.expectRefusal(of: "snapshot", "save", "now", "one", in: project, "taking a snapshot")
            try await disk.expectRefusal(of: "suspend", "one", in: project, "suspending the machine 'one'")
            #expect(try await project.binary.virtualBox?.content() == content)
            #expect(try await project.expect("status", "one").text.contains("running"))
            try HostFiles.remove(filler)
            try await project.upWithoutSystem("two")
            try await project.expect("suspend", "one")
        }
    }

    /// VirtualBox holds the machine until there is room, then it goes on as if nothing had been.
    @Test func oneThatAMachineFillsPausesItAndNothingIsLost() async throws {
        try await Self.with(megabytes: 64) { project, disk in
            try await TemporaryDirectory.with { directory in
                let box = try await TestAppliance.vagrantBox(
                    DiskWriter.bootSector(mebibytes: 32), mebibytes: 32, in: directory)
                try await project.expect("box", "add", box.string, "--name", "test/writer")
            }
            try project.write(Self.envfile("one", box: "test/writer", bootTimeout: "60s"), to: "Envfile")
            let filler = try await disk.fill(leaving: 14 << 10)
            let why = "it was paused, as the host's disk is full: '\(disk.path)"
            try await project.expectFailure(of: ["up"], saying: ["answer on SSH: \(why)"])
            let seen = try await project.expect("status").text
            #expect(seen.contains("suspended") && seen.contains(why), "\(seen)")
            for command in ["up", "resume"] {
                try await project.expectFailure(of: [command], saying: ["'one': \(why)", "free some space there"])
            }
            try HostFiles.remove(filler)
            try project.write(Self.envfile("one", box: "test/writer"), to: "Envfile")
            try await project.upWithoutSystem()
            try await eventually("all is written") { try disk.largestFile(below: "machines") > 32 << 20 }
            #expect(try await !project.expect("status").text.contains("disk is full"))
        }
    }

    /// A file system for what VirtualBox's machines have on disks.
    private struct Disk {
        let path: FilePath

        func grow(to megabytes: Int) async throws {
            try await run("mount", "-o", "remount,size=\(megabytes)m", path.string)
        }

        /// Takes its room but for some.
        func fill(leaving kibibytes: Int64) async throws -> FilePath {
            let filler = path.appending("filler")
            let room = try #require(HostFiles.room(in: path)) / 1024
            try await run("fallocate", "--length", "\(room - kibibytes)KiB", filler.string)
            return filler
        }

        func expectRefusal(of command: String..., in project: AcceptanceProject, _ attempt: String) async throws {
            try await project.expectFailure(
                of: command, saying: [attempt, ": no space is left in '\(path)", " free): ", "free some space there"])
        }

        func largestFile(below name: String) throws -> Int64 {
            func files(_ place: FilePath) throws -> [FilePath] {
                guard HostFiles.kind(place) == .directory else { return [place] }
                return try HostFiles.list(place).flatMap { try files(place.appending($0)) }
            }
            return try files(path.appending(name)).compactMap { try HostFiles.size(of: $0) }.max() ?? 0
        }

        private func run(_ tool: String, _ arguments: String...) async throws {
            let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
            try #require(outcome.status == 0, "\(tool): \(outcome.complaint)")
        }
    }

    private static func with(
        megabytes: Int, _ body: @escaping @Sendable (AcceptanceProject, Disk) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let disk = Disk(path: VirtualBoxHome.data(in: directory).appending("virtualbox"))
            try HostFiles.makeDirectory(disk.path)
            // before anything of VirtualBox's is started, which sees no mount that is made afterwards
            try await SmallDisk.with(at: disk.path, size: "\(megabytes)m") {
                try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                    try await AcceptanceProject.with(envfile("one"), home: .withoutSystem, virtualBox: box) { project in
                        try await body(project, disk)
                    }
                }
            }
        }
    }
}
