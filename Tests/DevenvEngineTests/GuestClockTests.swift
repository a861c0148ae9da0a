import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import DevenvEngine

/// The program that sets a machine's clock, in a real shell with a `date` that only notes what it is asked for.
@Suite(.requiresRoot) struct GuestClockTests {
    /// What is said, and what the clock was set to, in a machine whose clock is this much behind.
    private func set(lag: Int, status: Int = 0) async throws -> (obstacle: String?, set: Int?) {
        try await TemporaryDirectory.with { directory in
            let script = """
                #!/bin/sh
                case $* in
                "-u +%s") echo \(Int(time(nil)) - lag) ;;
                "-u -s @"*) echo "${3#@}" >\(directory.path)/set; [ \(status) = 0 ] || echo not permitted >&2; exit \(status) ;;
                esac
                """
            let mode: FilePermissions = [.ownerReadWriteExecute]
            try directory.write(Array(script.utf8), to: "bin/date", mode: mode)
            let path = "\(directory.path)/bin:/usr/bin:/bin"
            let obstacle = try await GuestClock.set(over: ProcessCommunicator(environment: ["PATH": path]))
            return (obstacle, try directory.read("set").flatMap { Int($0.filter(\.isNumber)) })
        }
    }

    @Test(arguments: [3, 3_600, -3_600]) func aClockThatIsWrongIsSetToTheHosts(_ lag: Int) async throws {
        let (obstacle, time) = try await set(lag: lag)
        #expect(obstacle == nil)
        #expect(abs(try #require(time) - Int(Glibc.time(nil))) < 30)
    }

    @Test func aClockThatIsRightIsLeftAlone() async throws {
        let (obstacle, time) = try await set(lag: 0)
        #expect(obstacle == nil)
        #expect(time == nil)
    }

    @Test func aMachineThatMayNotSetItsClockSaysWhy() async throws {
        #expect(try await set(lag: 60, status: 1).obstacle == "not permitted")
    }
}
