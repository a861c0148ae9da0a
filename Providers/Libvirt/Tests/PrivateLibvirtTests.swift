import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// The daemons that tests may kill.
@Suite(.requiresRoot, .requires(tool: "libvirtd", "virsh", "tini", "setpriv", "unshare")) struct PrivateLibvirtTests {
    @Test(arguments: [PrivateLibvirt.Kind.system, .session])
    func aDomainOutlivesItsDaemonAndEndsWithTheTest(_ kind: PrivateLibvirt.Kind) async throws {
        let process = try await PrivateLibvirt.with(kind) { libvirt in
            let name = "outlives-\(kind)"
            let xml = """
                <domain type='qemu'><name>\(name)</name><memory unit='MiB'>16</memory>
                <os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
                """
            let file = libvirt.home.appending("domain.xml")
            try AtomicFile.write(Array(xml.utf8), to: file, durable: false)
            try await virsh(libvirt, "create", file.string)
            let first = libvirt.process()
            try await libvirt.kill()
            try await libvirt.start()
            #expect(libvirt.process() != first)
            #expect(try await virsh(libvirt, "list", "--name") == name)
            return try #require(ProcessTable.processes(withArgument: "guest=\(name)").first)
        }
        #expect(!ProcessTable.isRunning(process))
    }

    @discardableResult
    private func virsh(_ libvirt: PrivateLibvirt, _ arguments: String...) async throws -> String {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", libvirt.uri] + arguments)
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == 0, "\(call): \(outcome.complaint)")
        return outcome.text.split(separator: "\n").joined(separator: " ")
    }
}
