import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import LibvirtProvider
import SystemPackage
import Testing

/// Forwards that carry what they should.
@Suite struct ForwardTests {
    @Test func aConnectionIsCarriedAndEachDirectionEndsByItself() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.tcp(.echoAtEnd) { server in
                let forward = try PortForward.free(to: server.address)
                try await fixture.supervisor.bring([forward], to: server.address.address, of: fixture.machine())
                let client = try await TestSocket.connected(.tcp, to: forward.begin)
                defer { client.close() }
                let question = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
                try await client.send(question)
                client.finishSending()
                #expect(try await client.receiveAll() == Array("3000000:".utf8) + question)
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func aHundredConnectionsAtOnceAreCarried() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.tcp { server in
                let forward = try PortForward.free(to: server.address)
                try await fixture.supervisor.bring([forward], to: server.address.address, of: fixture.machine())
                var clients: [TestSocket] = []
                defer { for client in clients { client.close() } }
                for _ in 0..<100 { clients.append(try await TestSocket.connected(.tcp, to: forward.begin)) }
                for (number, client) in clients.enumerated() { try await client.send(Array("client \(number)".utf8)) }
                for (number, client) in clients.enumerated().reversed() {
                    #expect(String(decoding: try await client.receive(), as: UTF8.self) == "client \(number)")
                }
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func clientsThatSendDatagramsAtOnceEachGetTheirOwnAnswers() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.udp { server in
                let forward = try PortForward.free(to: server.address, .udp)
                try await fixture.supervisor.bring([forward], to: server.address.address, of: fixture.machine())
                var clients: [TestSocket] = []
                defer { for client in clients { client.close() } }
                for _ in 0..<50 { clients.append(try await TestSocket.connected(.udp, to: forward.begin)) }
                var ports: [Int: Set<Substring>] = [:]
                for _ in 0..<3 {
                    for (number, client) in clients.enumerated() { try await client.send(Array("\(number)".utf8)) }
                    for (number, client) in clients.enumerated() {
                        let answer = String(decoding: try await client.receive(), as: UTF8.self).split(separator: ":")
                        #expect(answer.last == "\(number)")
                        ports[number, default: []].insert(answer[0])
                    }
                }
                // to the machine each client is one port, and stays the same
                #expect(ports.values.allSatisfy { $0.count == 1 })
                #expect(Set(ports.values).count == clients.count)
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func anAnswerToADatagramComesFromTheAddressThatWasAsked() async throws {
        try await ForwardFixture.with { fixture in
            try await LoopbackServer.udp { server in
                var forward = try PortForward.free(to: server.address, .udp)
                forward.address = IPv4Address(value: 0)
                try await fixture.supervisor.bring([forward], to: server.address.address, of: fixture.machine())
                let asked = SocketAddress(LoopbackServer.randomAddress(), forward.host)
                let client = try await TestSocket.connected(.udp, to: asked)
                defer { client.close() }
                try await client.send(Array("hello".utf8))
                #expect(String(decoding: try await client.receive(), as: UTF8.self).hasSuffix(":hello"))
                try await fixture.supervisor.take(downOf: fixture.machine())
            }
        }
    }

    @Test func aMachineThatIsAwayForAWhileIsReachedAgain() async throws {
        try await ForwardFixture.with { fixture in
            let address = LoopbackServer.randomAddress()
            let forward = PortForward(host: try LoopbackPort.free(), guest: 7)
            try await fixture.supervisor.bring([forward], to: address, of: fixture.machine())
            let early = try await TestSocket.connected(.tcp, to: forward.begin)
            await #expect(throws: Errno.connectionReset) { try await early.receive() }
            early.close()
            try await LoopbackServer.tcp(at: address) { _ in
                let client = try await TestSocket.connected(.tcp, to: forward.begin)
                defer { client.close() }
                try await client.send([42])
                #expect(try await client.receive() == [42])
            }
            try await fixture.supervisor.take(downOf: fixture.machine())
        }
    }
}
