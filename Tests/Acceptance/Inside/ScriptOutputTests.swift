import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// What is seen of a script's output, and how its end is known.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ScriptOutputTests {
    private static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            provision:
              - { name: loud, run: never, shell: { path: loud.sh } }
              - { name: left, run: never, shell: "sleep 4711 & echo started" }
              - { name: cut, run: never, shell: { path: cut.sh } }
              - { name: cut-twice, run: never, timeout: 2s, shell: { path: cut.sh, reboot: true } }

        """
    private static let rounds = 3000
    private static let files = [
        "loud.sh": """
        #!/bin/bash
        for ((i = 0; i < \(rounds); i++)); do echo "out $i"; echo "err $i" >&2; done
        yes "$(printf '%01023d' 7)" | head -c 10485760
        printf 'bad \\377\\376 end'
        """,
        "cut.sh": "pkill -KILL -f '^sshd: dev'\nsleep 4712\n",
    ]

    @Test func tenMegabytesArriveWholeInOrderAndAreNotKept() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            let ran = try await project.expect("provision", "--provision-with", "loud", "--json")
            var lines: [String: [String]] = [:]
            for line in ran.text.split(separator: "\n") where line.contains("\"event\":\"output\"") {
                let event = try JSONTree(parsing: line)
                guard case .text(let stream)? = event["stream"], case .text(let text)? = event["text"] else { continue }
                lines[stream, default: []].append(text)
            }
            #expect(lines["stderr"] == (0..<Self.rounds).map { "err \($0)" })
            let out = lines["stdout"] ?? []
            #expect(Array(out.prefix(Self.rounds)) == (0..<Self.rounds).map { "out \($0)" })
            #expect(out.dropFirst(Self.rounds).dropLast().allSatisfy { $0.utf8.count == 1023 && $0.hasSuffix("07") })
            #expect(out.count == Self.rounds + 10_240 + 1)
            #expect(out.last == "bad \u{FFFD}\u{FFFD} end")
            let log = try #require(try HostFiles.read(ScriptArrivalTests.path(of: "loud", in: project)))
            #expect(log.suffix(10) == Array("bad ".utf8) + [0xFF, 0xFE] + Array(" end".utf8), "as it was")
            try await expectSmall(project)
            try await expectEnds(project)
        }
    }

    /// Requires that the program needs little memory for ten megabytes of output.
    private func expectSmall(_ project: AcceptanceProject) async throws {
        let mark = SecureRandom.hexadecimal(digits: 16)
        let ran = try await project.binary.run(
            ["provision", "--provision-with", "loud"], in: project.directory, environment: ["DEVENV_TEST_MEMORY": mark],
            standingStillAt: "engine.provision.ran"
        ) {
            let process = try #require(ProcessTable.processes(withEnvironment: "DEVENV_TEST_MEMORY=\(mark)").first)
            let status = String(decoding: try HostFiles.read(FilePath("/proc/\(process)/status")) ?? [], as: UTF8.self)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let kibibytes = try #require(peak.flatMap { Int($0.filter(\.isNumber)) })
            #expect(kibibytes < 100 << 10, "\(kibibytes) KiB")
        }
        #expect(ran.status == 0, "\(ran.errors)")
    }

    /// Requires that a process in the background holds nothing up, and that a connection that breaks is no success.
    private func expectEnds(_ project: AcceptanceProject) async throws {
        let start = ContinuousClock.now
        let left = try await project.expect("provision", "--provision-with", "left")
        #expect(left.transcript.contains("started") && ContinuousClock.now - start < .seconds(20))
        #expect(try await project.said("pgrep -fx 'sleep 4711' | wc -l") == "1\n", "it goes on running")

        let cut = try await project.expect("provision", "--provision-with", "cut", status: 1)
        #expect(cut.errors.contains("the connection was lost before the script had ended, so it counts as failed"))
        #expect(cut.errors.contains("reboot: true"), "\(cut.errors)")
        let twice = try await project.expect("provision", "--provision-with", "cut-twice", status: 1)
        #expect(twice.errors.contains("the connection was lost, but the machine did not restart"), "\(twice.errors)")
        try await eventually("the scripts are gone from the machine") {
            try await project.devenv("ssh", "-c", "! pgrep -fx 'sleep 4712'").status == 0
        }
    }
}
