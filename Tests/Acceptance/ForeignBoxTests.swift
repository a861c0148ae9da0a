import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Virtual machines from boxes that others have made, in which nothing is devenv's.
@Suite(
    .tags(.large), .serialized, .requiresRoot, .requiresLibvirt,
    .requires(tool: "mmdebstrap", "virsh", "qemu-img", "xorriso", "ip", "ssh", "tar"))
struct ForeignBoxTests {
    @Test func aBoxOfVagrantIsTakenOverAtItsFirstLogin() async throws {
        try await VagrantBox.add(as: "test/vagrant")
        let envfile = try await VirtualMachine.envfile(
            "taken", "  one: { box: test/vagrant, provision: [{ shell: hostname > /srv/name }] }"
        ).replacing("memory: 128MiB, cpus: 1, ", with: "")
        try await AcceptanceProject.with(envfile, home: .virtual) { project in
            try await project.expect("up")
            try await Self.expectTakenOver(project)
            try await project.expect("halt")
            try await project.expect("up")
            try await Self.expectTakenOver(project)
        }
    }

    private static func expectTakenOver(_ project: AcceptanceProject) async throws {
        let keys = try await project.expect("ssh", "-c", "cat .ssh/authorized_keys; ls /etc/ssh/*_key")
        #expect(!keys.text.contains(VagrantBox.publicKey))
        #expect(keys.text.split(separator: "\n").count == 2, "\(keys.text)")
        let said = try await project.expect(
            "ssh", "-c", "id -un; cat /srv/name /etc/hostname; hostname; grep -c ^processor /proc/cpuinfo")
        #expect(said.text == "vagrant\none\none\none\n2\n")
        let memory = try await project.expect(
            "ssh", "-c", "sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo")
        let kibibytes = try #require(Int(memory.text.dropLast()), "\(memory.transcript)")
        #expect((256 << 10...320 << 10).contains(kibibytes), "the box's own memory")
        try await project.expect("plan")
    }
}
