import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "mount"))
struct FullDiskTests {
    @Test func aFullDiskKeepsNobodyFromDestroying() async throws {
        let disk = FilePath("/var/tmp/devenv-full-" + SecureRandom.hexadecimal(digits: 12))
        try HostFiles.makeDirectory(disk)
        defer {
            umount2(disk.string, Int32(MNT_DETACH))
            rmdir(disk.string)
        }
        let mounting = ToolInvocation("mount", ["-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", disk.string])
        try await #require(SystemToolRunner().run(mounting).status == 0)
        let directory = disk.appending("project")
        try HostFiles.makeDirectory(directory)
        let project = AcceptanceProject(directory: directory, binary: try await AcceptanceHome.shared.binary())
        try project.write("version: 1\nmachines: { one: { box: $BOX } }\n", to: "Envfile")
        try await project.tried(#_sourceLocation) { project in
            try await project.expect("up")
            let filler = ToolInvocation("dd", ["if=/dev/zero", "of=\(disk.appending("filler"))", "bs=1k"])
            try await #require(SystemToolRunner().run(filler).status != 0, "the disk is full")
            try await project.destroyWhole()
        }
    }
}
