import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

/// Virtual machines of another host: of this one as it is seen through an sshd.
@Suite(
    .tags(.large), .requiresRoot, .requiresLibvirt,
    .requires(tool: "virsh", "qemu-img", "xorriso", "ip", "ssh", "sshd", "ssh-keygen", "rsync", "virt-ssh-helper"))
struct RemoteLifeCycleTests {
    @Test func aMachineOfAnotherHostIsReachedThroughIt() async throws {
        try await SSHServer.with { host in
            let port = try LoopbackPort.free()
            let machine = """
                  one:
                    sync: ["src:/home/dev/src"]
                    forward: [{ host: \(port), guest: 22 }]
                    provision: [{ name: who, shell: "id -un > /home/dev/who" }]
                """
            let envfile = try await VirtualMachine.envfile("remote", machine, at: try RemoteURI(host).text)
            try await AcceptanceProject.with(envfile, files: ["src/a": "first"], home: .virtual) { project in
                try await project.expect("up")
                #expect(try await said("cat /home/dev/src/a /home/dev/who", in: project) == "firstroot\n")
                try project.write("second", to: "src/b")
                try await project.expect("sync")
                #expect(try await said("cat src/b", in: project) == "second")
                #expect(try await throughConfig("hostname", of: project) == "one\n")
                #expect(try await throughForward(port))
                #expect(try await project.expect("status").text.contains("running"))

                try await project.expect("suspend")
                #expect(HostPort.probe(PortForward(host: port, guest: 22)) == .free)
                try await project.expect("resume")
                #expect(try await said("cat src/a", in: project) == "first")
                #expect(try await throughForward(port))
                try await project.expect("halt")

                // devenv can't get at what the daemon of another host writes of its machines' QEMU
                let marks = try project.marks()
                try await project.expect("destroy", "-f")
                let left = try await LibvirtLeftovers(marks: marks).all()
                #expect(left.allSatisfy { $0.hasPrefix("file /var/log/libvirt/") }, "\(left)")
                for file in left { try HostFiles.remove(FilePath(String(file.dropFirst("file ".count)))) }
            }
        }
    }

    private func said(_ command: String, in project: AcceptanceProject) async throws -> String {
        try await project.expect("ssh", "-c", command).text
    }

    /// What a command says over the system's ssh with what `ssh-config` prints.
    private func throughConfig(_ command: String, of project: AcceptanceProject) async throws -> String {
        let file = project.directory.appending("config")
        let config = try await project.expect("ssh-config").text
        try project.write(config, to: "config")
        let name = try #require(config.split(separator: "\n").first?.split(separator: " ").last)
        let call = ToolInvocation("ssh", ["-F", file.string, String(name), command], timeout: .seconds(60))
        return try await SystemToolRunner().run(call).text
    }

    /// Whether an SSH server answers on a port of this host.
    private func throughForward(_ port: UInt16) async throws -> Bool {
        let scan = ToolInvocation("ssh-keyscan", ["-T", "20", "-t", "ed25519", "-p", "\(port)", "127.0.0.1"])
        return try await !SystemToolRunner().run(scan).standardOutput.isEmpty
    }
}

/// The URI of a test's sshd, whose host key stays out of the user's own list: a program takes the place of ssh.
private struct RemoteURI {
    let text: String

    init(_ host: SSHServer) throws {
        let endpoint = host.endpoint
        let known = host.directory.path.appending("known_hosts_of_client")
        let program = try host.directory.write(
            Array("#!/bin/sh\nexec ssh -F none -o UserKnownHostsFile=\(known) \"$@\"\n".utf8), to: "client",
            mode: [.ownerReadWriteExecute])
        text =
            "qemu+ssh://\(endpoint.user)@\(endpoint.host):\(endpoint.port)/system"
            + "?keyfile=\(endpoint.identityFile)&no_verify=1&command=\(program)&no_tty=1"
    }
}
