import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Packaging, ended with SIGKILL between any two of its effects.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "ip", "nft", "ssh", "nsenter", "tar"))
struct PackageKillTests {
    @Test func aPackagingThatIsKilledAnywhereLeavesNothingAndTheNextOneSucceeds() async throws {
        let envfile = "version: 1\nname: packkill\nprovider: container\nmachines:\n  one: { box: $BOX }\n"
        try await AcceptanceProject.with(envfile) { project in
            try await project.expect("up")
            try await project.expect("halt")
            try await PackageKill.everywhere(project, mustPass: "boxes.package.unpacked")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
    func nothingGoesOnOfAPackagingThatASignalEnds(_ signal: Int32) async throws {
        let envfile = "version: 1\nname: packsignal\nprovider: container\nmachines:\n  one: { box: $BOX }\n"
        try await AcceptanceProject.with(envfile) { project in
            try await project.expect("up")
            try await project.expect("halt")
            try await PackageKill.whileCopying(project, by: "tar", signal)
        }
    }

    @Test func oneThatFindsNoSpaceSaysSoAndLeavesNothing() async throws {
        try await PackageKill.withoutSpace(
            "version: 1\nname: packfull\nprovider: container\nmachines:\n  one: { box: $BOX }\n", home: .shared)
    }
}

/// The same of virtual machines.
@Suite(
    .tags(.large), .requiresRoot, .requiresLibvirt,
    .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh", "debugfs", "e2fsck", "tune2fs", "sfdisk"))
struct VirtualPackageKillTests {
    @Test func aPackagingThatIsKilledAnywhereLeavesNothingAndTheNextOneSucceeds() async throws {
        let envfile = try await VirtualMachine.envfile("vpackkill", "  one: {}")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up", timeout: .seconds(240))
            try await project.expect("halt")
            try await PackageKill.everywhere(project, mustPass: "boxes.package.imaged")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
    func nothingGoesOnOfAPackagingThatASignalEnds(_ signal: Int32) async throws {
        let envfile = try await VirtualMachine.envfile("vpacksignal", "  one: {}")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up", timeout: .seconds(240))
            try await project.expect("halt")
            try await PackageKill.whileCopying(project, by: "qemu-img", signal)
        }
    }

    @Test func oneThatFindsNoSpaceSaysSoAndLeavesNothing() async throws {
        try await PackageKill.withoutSpace(try await VirtualMachine.envfile("vpackfull", "  one: {}"), home: .virtual)
    }
}

/// Kills a packaging of the machine `one`, which does not run, at each of its points.
private enum PackageKill {
    static func everywhere(_ project: AcceptanceProject, mustPass point: String) async throws {
        let name = "killed/\(project.directory.lastComponent?.string.suffix(6) ?? "")"
        let trace = project.directory.appending("trace")
        try await project.expect("box", "package", "--as", name, environment: ["DEVENV_FAULT_TRACE": trace.string])
        let points = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n")
            .map(String.init).filter { !$0.hasPrefix("engine.") }
        try HostFiles.remove(trace)
        #expect(points.contains(point) && points.contains("boxes.package.exported"), "\(points)")
        for point in Set(points).sorted() {
            _ = try await project.devenv("box", "remove", name)
            let killed = try await project.devenv("box", "package", "--as", name, environment: ["DEVENV_FAULT": point])
            #expect(killed.status == 128 + 9, "\(point): \(killed.transcript)")
            #expect(try await project.expect("status").text.contains("stopped"), "\(point)")
            if try await project.devenv("box", "list").text.contains(name) {
                try await project.expect("box", "verify", name)
            }
            try await project.expect("box", "package", "--force", "--as", name)
            try await project.expect("box", "verify", name)
        }
        try await project.expect("up")
        try await project.expect("box", "remove", name)
        try await project.expect("box", "gc")
        try await eventually("nothing of them is left") { try isStagingClear(of: name, project) }
    }

    /// Ends one by a signal while a program copies a disk, which then takes its time: with it ends the copying, and the machine
    /// can be started at once.
    static func whileCopying(_ project: AcceptanceProject, by tool: String, _ signal: Int32) async throws {
        let mark = "devenv-copies-\(SecureRandom.hexadecimal(digits: 12))"
        let path = try slow(tool, mark, in: project)
        let name = "signalled/\(SecureRandom.hexadecimal(digits: 6))"
        let token = SecureRandom.hexadecimal(digits: 16)
        async let outcome = project.devenv(
            "box", "package", "--as", name, environment: ["PATH": path, "DEVENV_TEST_MARK": token])
        try await eventually("it copies") { !ProcessTable.processes(withArgument: mark).isEmpty }
        let all = ProcessTable.processes(withEnvironment: "DEVENV_TEST_MARK=\(token)")
        // not the one with the least number: they begin anew some day
        let first = all.first { process in !all.contains { ProcessTable.children(of: $0).contains(process) } }
        kill(try #require(first, "the one that started the others"), signal)
        let ended = try await outcome
        #expect(ended.status == (signal == SIGKILL ? 128 + 9 : 130), "\(ended.transcript)")
        try await eventually("nothing copies any more") { ProcessTable.processes(withArgument: mark).isEmpty }
        try await expectNothing(of: name, project)
    }

    /// Puts a program in the place of one, which does the same and then goes on until it is ended.
    private static func slow(_ tool: String, _ mark: String, in project: AcceptanceProject) throws -> String {
        let real = try #require(ToolPath.find(tool)).string
        try project.write(
            """
            #!/bin/sh
            case $1 in convert | --create) ;; *) exec \(real) "$@" ;; esac
            \(real) "$@"
            sh -c 'sleep 3600; : \(mark)'

            """, to: "slow/\(tool)")
        let directory = project.directory.appending("slow")
        try HostFiles.setMode(
            of: directory.appending(tool),
            [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
        return "\(directory):\(getenv("PATH").map { String(cString: $0) } ?? "")"
    }

    /// Packages a machine of a user whose directories have less room than its disk needs.
    static func withoutSpace(_ envfile: String, home: AcceptanceHome) async throws {
        let place = FilePath("/var/tmp/devenv-full-" + SecureRandom.hexadecimal(digits: 12))
        try HostFiles.makeDirectory(place)
        defer { rmdir(place.string) }
        try await SmallDisk.with(at: place, size: "32m,mode=755") {
            var binary = DevenvBinary(home: place.appending("home"))
            binary.sharedBoxes = try await home.binary().home.appending("boxes")
            let project = AcceptanceProject(directory: place.appending("project"), binary: binary)
            try project.write(envfile, to: "Envfile")
            try await project.tried(#_sourceLocation) { project in
                try await project.expect("up", timeout: .seconds(240))
                try await project.expect("halt")
                let full = try await project.expect("box", "package", "--as", "full/box", status: 1)
                #expect(full.transcript.contains("no space is left"), "\(full.transcript)")
                #expect(full.transcript.contains("free some space"), "\(full.transcript)")
                try await expectNothing(of: "full/box", project)
            }
        }
    }

    /// Requires that nothing is there of a box that was not made, and that its machine is as it was.
    private static func expectNothing(of name: String, _ project: AcceptanceProject) async throws {
        #expect(try await project.expect("status").text.contains("stopped"))
        #expect(try await !project.expect("box", "list").text.contains(name))
        try await project.expect("box", "gc")
        try await eventually("nothing is left in the store") { try isStagingClear(of: name, project) }
        try await project.expect("up")
    }

    /// Whether nothing of a packaging is in the store: other tests may be at work in it, but whatever is there has an owner.
    private static func isStagingClear(of name: String, _ project: AcceptanceProject) throws -> Bool {
        let staging = project.binary.home.appending("boxes/staging")
        let entries = try HostFiles.list(staging)
        let owners = try entries.filter { $0.hasSuffix(".owner") }.map { entry in
            String(decoding: try HostFiles.read(staging.appending(entry)) ?? [], as: UTF8.self)
        }
        let abandoned = entries.filter { !$0.contains(".") && !entries.contains("\($0).lock") }
        return abandoned.isEmpty && !owners.contains { $0.contains(name) }
    }
}
