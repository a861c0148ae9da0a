import DevenvHost
import DevenvModel
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// Programs that outlive the command that started them.
struct DetachedProcessTests {
    @Test func aDetachedProgramKeepsNothingOfItsStarter() async throws {
        let mark = "detached-\(UInt64.random(in: .min ... .max))"
        let (socket, port) = try LoopbackPort.silent()
        let other = try LoopbackPort.silent()
        defer { try? other.socket.close() }  // it was only listened on
        try await DetachedProcess.start(
            "/bin/sh", ["-c", "while :; do sleep 1; done", mark], environment: ["OWN": "1"], input: socket)
        try socket.close()
        var found: [pid_t] = []
        try await eventually("it has its own session") {
            found = ProcessTable.processes(withArgument: mark).filter { getsid($0) == $0 }
            return !found.isEmpty
        }
        let process = try #require(found.first)
        defer { kill(-process, SIGKILL) }
        #expect(found.count == 1)
        #expect(!ProcessTable.children(of: getpid()).contains(process))
        #expect(getpgid(process) == process)
        #expect(link("/proc/\(process)/cwd") == "/")
        try await eventually("it has only its own descriptors") {
            let open = try HostFiles.list(FilePath("/proc/\(process)/fd"))
            return open.allSatisfy { ["0", "1", "2"].contains($0) || link("/proc/\(process)/fd/\($0)") == "/dev/null" }
        }
        #expect(link("/proc/\(process)/fd/0").hasPrefix("socket:"))
        #expect(link("/proc/\(process)/fd/1") == "/dev/null")
        #expect(link("/proc/\(process)/fd/2") == "/dev/null")
        #expect(await TCPProbe.connect(to: .loopback, port: port, timeout: .seconds(1)) == nil)
        let environment = try HostFiles.read(FilePath("/proc/\(process)/environ")) ?? []
        let names = environment.split(separator: 0).map { String(decoding: $0.prefix { $0 != 61 }, as: UTF8.self) }
        #expect(names.sorted() == ["OWN", "PATH"])
    }

    @Test func aProgramThatIsNotThereLeavesNothing() async throws {
        let nothing = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? nothing.close() }  // it was not written to
        let mark = "absent-\(UInt64.random(in: .min ... .max))"
        // setsid itself succeeds: whoever needs to know looks for the program
        try await DetachedProcess.start("/no/such/program", [mark], input: nothing)
        try await eventually("it has ended") { ProcessTable.processes(withArgument: mark).isEmpty }
    }

    @Test func aStartThatIsCancelledSaysSo() async throws {
        let nothing = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? nothing.close() }  // it was not written to
        for _ in 0..<10 {
            let mark = "cancelled-\(UInt64.random(in: .min ... .max))"
            let start = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await DetachedProcess.start("/bin/sh", ["-c", ":", mark], input: nothing)
            }
            // it may be done before it can be cancelled
            if case .failure(let error) = await start.result { #expect((error as? ToolError)?.code == .cancelled) }
            try await eventually("it has ended") { ProcessTable.processes(withArgument: mark).isEmpty }
        }
    }

    private func link(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
