import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// A file system of machines' disks on which no space is left.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(
        tool: "libvirtd", "virtlogd", "virsh", "tini", "unshare", "mount", "fallocate", "qemu-system-x86_64",
        "qemu-img", "xorriso", "ip", "ssh"))
struct PoolFullTests {
    @Test func oneThatIsFullBeforeTheBoxIsCopiedIsNamed() async throws {
        let envfile = try await VirtualMachine.envfile("full", "  one: {}")
        try await PrivateLibvirt.with(.system, megabytes: 4) { libvirt in
            try await AcceptanceProject.with(envfile, home: .virtual, libvirt: libvirt) { project in
                let outcome = try await project.devenv("up")
                #expect(outcome.status == 1, "\(outcome.transcript)")
                #expect(outcome.errors.contains("no space is left in '/var/lib/libvirt/images"), "\(outcome.errors)")
                #expect(outcome.errors.contains("free some space"), "\(outcome.errors)")
                try await libvirt.growImages(to: 512)
                try await project.expect("up")
                #expect(try await project.expect("ssh", "-c", "hostname").text == "one\n")
            }
        }
    }

    /// The machine stands still until there is space, then goes on as if nothing had been.
    @Test func oneThatAMachineFillsPausesItAndNothingIsLost() async throws {
        let envfile = try await VirtualMachine.envfile("full", "  one: {}")
        try await PrivateLibvirt.with(.system, megabytes: 512) { libvirt in
            try await AcceptanceProject.with(envfile, home: .virtual, libvirt: libvirt) { project in
                try await project.expect("up")
                let filler = try await fill(libvirt, leaving: 16)
                let write =
                    "dd if=/dev/urandom of=/home/dev/big bs=1M count=64 2>/dev/null && sync && md5sum /home/dev/big"
                async let written = project.devenv("ssh", "-c", write)
                try await eventually("it is paused") {
                    let seen = try await project.devenv("status")
                    return seen.text.contains("suspended") && seen.text.contains("the host's disk is full")
                }
                try HostFiles.remove(filler)
                try await project.expect("up")
                let sum = try await written
                #expect(sum.status == 0, "\(sum.transcript)")
                let again = "echo 3 | sudo tee /proc/sys/vm/drop_caches >/dev/null; md5sum /home/dev/big"
                #expect(try await project.expect("ssh", "-c", again).text == sum.text)
                #expect(try await !project.expect("status").text.contains("disk is full"))
            }
        }
    }

    @Test func oneThatAProvisionerFillsIsNamed() async throws {
        let machine =
            "  one: { provision: [{ name: fill, shell: dd if=/dev/zero of=/srv/big bs=1M count=64 && sync }] }"
        let envfile = try await VirtualMachine.envfile("full", machine)
        try await PrivateLibvirt.with(.system, megabytes: 512) { libvirt in
            try await AcceptanceProject.with(envfile, home: .virtual, libvirt: libvirt) { project in
                try await project.expect("up", "--no-provision")
                let filler = try await fill(libvirt, leaving: 16)
                let outcome = try await project.devenv("up")
                #expect(outcome.status == 1, "\(outcome.transcript)")
                #expect(outcome.errors.contains("the host's disk is full"), "\(outcome.errors)")
                try HostFiles.remove(filler)
                try await project.expect("up")
                let size = try await project.expect("ssh", "-c", "stat -c %s /srv/big")
                #expect(size.text == "67108864\n")
            }
        }
    }

    /// Takes the space of the images' file system but for some megabytes.
    private func fill(_ libvirt: PrivateLibvirt, leaving megabytes: Int) async throws -> FilePath {
        let filler = libvirt.images.appending("filler")
        let free = ToolInvocation("df", ["--output=avail", "--block-size=1M", libvirt.images.string])
        let text = try await SystemToolRunner().run(free).text.split(separator: "\n").last ?? ""
        let available = try #require(Int(text.filter(\.isNumber)))
        let taking = ToolInvocation("fallocate", ["--length", "\(available - megabytes)MiB", filler.string])
        try await #require(SystemToolRunner().run(taking).status == 0)
        return filler
    }
}
