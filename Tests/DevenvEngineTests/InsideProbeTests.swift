import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import DevenvEngine

/// The probes in a real shell, on ports of this host in place of a machine's.
@Suite struct InsideProbeTests {
    /// What a probe comes to where only some programs are installed.
    private static func run(_ command: String, tools: [String]? = nil) async throws -> (RemoteExit, String) {
        try await TemporaryDirectory.with { directory in
            for tool in (tools ?? []) + ["sed", "head", "tail"] {
                let program = try #require(ToolPath.find(tool))
                symlink(program.string, directory.path.appending(tool).string)
            }
            let environment = tools == nil ? [:] : ["PATH": directory.path.string]
            let output = Mutex<[UInt8]>([])
            let exit = try await ProcessCommunicator(environment: environment).run(RemoteCommand(command)) { _, bytes in
                output.withLock { $0 += bytes }
            }
            return (exit, output.withLock { String(decoding: $0, as: UTF8.self) })
        }
    }

    @Test func aPortThatNobodyListensOnIsNamed() async throws {
        let port = try LoopbackPort.free()
        let (exit, output) = try await Self.run(InsideProbe.listening(on: port))
        #expect(exit == .status(1))
        #expect(output == "nobody listens on port \(port)\n")
    }

    @Test func aPortOfTheMachineItselfOnlyIsNotReadyForOthers() async throws {
        let (socket, port) = try LoopbackPort.silent()
        let (exit, output) = try await Self.run(InsideProbe.listening(on: port))
        try socket.close()
        #expect(exit == .status(1))
        #expect(output == "port \(port) is open to the machine itself only, on 127.0.0.1\n")
    }

    @Test(arguments: [AF_INET, AF_INET6]) func aPortThatIsOpenToAllIsReady(_ family: Int32) async throws {
        let socket = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        try #require(socket >= 0 && listen(socket, 1) == 0)  // unbound: any address, a free port
        var name = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &length) }
        }
        let (exit, output) = try await Self.run(InsideProbe.listening(on: UInt16(bigEndian: name.sin6_port)))
        #expect(exit.isSuccess, "\(output)")
    }

    @Test(.requires(tool: "python3", "curl", "wget", "bash"), arguments: ["curl", "wget", "bash"])
    func aStatusIsFoundWithWhateverIsThere(_ tool: String) async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("hello", to: "here")
            let port = try LoopbackPort.free()
            let server = [
                "python3", "-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", directory.path.string,
            ]
            let (program, socket) = try ConnectedProgram.start(server)
            let place = "http://127.0.0.1:\(port)"
            var answer = (RemoteExit.status(1), "")
            try await eventually("the server answers", within: .seconds(60)) {
                answer = try await Self.run(InsideProbe.status(of: place + "/here"), tools: [tool])
                return answer.0.isSuccess
            }
            #expect(answer.1 == "200\n")
            let (exit, status) = try await Self.run(InsideProbe.status(of: place + "/not%20there"), tools: [tool])
            #expect(exit.isSuccess && status == "404\n", "\(exit) \(status)")
            await program.end()
            try socket.close()
            let (after, _) = try await Self.run(InsideProbe.status(of: place), tools: [tool])
            #expect(!after.isSuccess)
        }
    }

    @Test func aMachineWithNothingToTryWithSaysSo() async throws {
        let (exit, output) = try await Self.run(InsideProbe.status(of: "http://127.0.0.1/"), tools: [])
        #expect(exit == .status(127))
        #expect(output == "the machine has neither curl nor wget nor bash to try it with\n")
    }
}
