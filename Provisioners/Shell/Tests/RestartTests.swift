import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Synchronization
import Testing

@testable import ShellProvisioner

@Suite struct RestartTests {
    /// A machine whose scripts run on this host, and whose boots are the test's.
    private final class Machine: Communicator {
        private let boot = Mutex(1)
        private let runs = Mutex(0)
        private let waits = Mutex(0)
        /// What the n-th command does besides running, from 1; where a restart may come, the first asks for the boot.
        private let plan: [Int: Step]

        enum Step {
            /// The connection breaks.
            case lose
            /// The machine restarts, and the connection breaks.
            case restartAndLose
            /// The machine is restarting and nobody answers.
            case silence
        }

        init(_ plan: [Int: Step]) { self.plan = plan }

        var waitCount: Int { waits.withLock { $0 } }

        func waitUntilReady(timeout: Duration) async throws(CommunicatorError) { waits.withLock { $0 += 1 } }
        func close() async {}

        func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError)
            -> RemoteExit
        {
            let number = runs.withLock { count in
                count += 1
                return count
            }
            let now = boot.withLock { $0 }
            let exit = try await ProcessCommunicator().run(command) { stream, bytes in
                if case .silence = self.plan[number] { return }
                output(stream, Self.rename(bytes, boot: now))
            }
            switch plan[number] {
            case nil: return exit
            case .silence:
                boot.withLock { $0 += 1 }
                throw CommunicatorError(.refused, "nobody listens")
            case .restartAndLose:
                boot.withLock { $0 += 1 }
                throw CommunicatorError(.connectionLost, "the connection broke")
            case .lose: throw CommunicatorError(.connectionLost, "the connection broke")
            }
        }

        /// Puts the test's boot in place of the host's.
        private static func rename(_ bytes: [UInt8], boot: Int) -> [UInt8] {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let begin = text.firstRange(of: " begin ") else { return bytes }
            let rest = text[begin.upperBound...]
            let end = rest.firstIndex(of: "\n") ?? rest.endIndex
            return Array((text[..<begin.upperBound] + "boot-\(boot)" + rest[end...]).utf8)
        }
    }

    private func attempt(_ script: String, reboot: Bool, _ plan: [Int: Machine.Step], patience: Duration = .seconds(60))
        async throws -> Machine
    {
        let machine = Machine(plan)
        let patience = RebootPatience(
            toBegin: patience, toReturn: patience, interval: .milliseconds(10))
        let provisioner = ShellProvisioner(tools: SystemToolRunner(), patience: patience)
        let item = shellItem(["inline": .string(script), "reboot": .boolean(reboot)])
        try await run(item, on: machine, by: provisioner)
        return machine
    }

    @Test func aConnectionThatBreaksIsAFailure() async {
        let error = await #expect(throws: ProvisionerError.self) {
            try await attempt(Self.cut, reboot: false, [1: .restartAndLose])
        }
        #expect(error?.message.contains("the connection was lost") == true)
        #expect(error?.help?.contains("reboot: true") == true)
        #expect(error?.exitStatus == nil)
    }

    @Test func aRestartIsWaitedForWhereTheItemSaysSo() async throws {
        _ = try await attempt(Self.cut, reboot: true, [2: .restartAndLose])
    }

    @Test func aConnectionThatBreaksWithoutARestartIsAFailureEvenSo() async {
        let error = await #expect(throws: ProvisionerError.self) {
            try await attempt(Self.cut, reboot: true, [2: .lose], patience: .milliseconds(50))
        }
        #expect(error?.message.contains("did not restart") == true)
    }

    @Test func aRestartThatBeginsAfterTheScriptIsWaitedFor() async throws {
        let machine = try await attempt("exit 0", reboot: true, [4: .silence])
        #expect(machine.waitCount == 1)
    }

    @Test func aScriptThatNeedsNoRestartSucceedsWithoutOne() async throws {
        let machine = try await attempt("exit 0", reboot: true, [:], patience: .milliseconds(50))
        #expect(machine.waitCount == 0)
    }

    @Test func aScriptThatFailsHasFailedWhateverItMayDo() async {
        let error = await #expect(throws: ProvisionerError.self) { try await attempt("exit 5", reboot: true, [:]) }
        #expect(error?.exitStatus == 5)
    }

    /// Ends the wrapper with SIGKILL, so that nothing is said of the script's end.
    private static let cut = "kill -9 $PPID"
}
