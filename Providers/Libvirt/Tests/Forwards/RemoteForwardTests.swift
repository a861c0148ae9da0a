import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import Testing

/// Forwards into machines of another host, by way of a real sshd.
@Suite(.requires(tool: "sshd", "ssh", "ssh-keygen")) struct RemoteForwardTests {
    @Test func connectionsAreCarriedThroughTheHostAndEachDirectionEndsByItself() async throws {
        try await SSHServer.with { host in
            try await ForwardFixture.with { fixture in
                try await LoopbackServer.tcp(.echoAtEnd) { server in
                    let forward = try PortForward.free(to: server.address)
                    let (address, way) = (server.address.address, try host.remote())
                    try await fixture.supervisor.bring([forward], to: address, through: way, of: fixture.machine())
                    for size in [0, 3, 1_000_000] {
                        let client = try await TestSocket.connected(.tcp, to: forward.begin)
                        let question = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
                        try await client.send(question)
                        client.finishSending()
                        #expect(try await client.receiveAll() == Array("\(size):".utf8) + question)
                        client.close()
                    }
                    try await eventually("no connection is left") { try host.connectionCount() == 0 }
                    try await fixture.supervisor.take(downOf: fixture.machine())
                }
            }
        }
    }

    @Test func itIsAnotherForwardThanADirectOne() async throws {
        try await SSHServer.with { host in
            try await ForwardFixture.with { fixture in
                let address = LoopbackServer.randomAddress()
                let (forward, way) = (PortForward(host: try LoopbackPort.free(), guest: 80), try host.remote())
                try await fixture.supervisor.bring([forward], to: address, through: way, of: fixture.machine())
                let present = fixture.routes()
                #expect(ForwardRoute.drift(wanted: [forward], to: address, through: way, present: present) == [])
                #expect(ForwardRoute.drift(wanted: [forward], to: address, present: present).count == 1)
                // nobody listens there: the client is told so by the end of its connection
                let client = try await TestSocket.connected(.tcp, to: forward.begin)
                #expect(try await client.receiveAll() == [])
                client.close()
                try await fixture.supervisor.take(downOf: fixture.machine())
                #expect(fixture.processes.isEmpty)
            }
        }
    }
}

extension SSHServer {
    /// The server as libvirt's URIs name it. Its host key is no business of the user's own list.
    func remote() throws -> RemoteHost {
        try #require(RemoteHost(LibvirtURI(uri("qemu+ssh", "system"))))
    }

    func uri(_ scheme: String, _ path: String) -> String {
        "\(scheme)://\(endpoint.user)@\(endpoint.host):\(endpoint.port)/\(path)?keyfile=\(endpoint.identityFile)"
            + "&no_verify=1&known_hosts=/dev/null"
    }
}
