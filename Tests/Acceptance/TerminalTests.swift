import DevenvHost
import DevenvTestSupport
import Synchronization
import Testing

/// What people see on a terminal.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "tmux"))
struct TerminalTests {
    private static let envfile = """
        version: 1
        defaults: { box: $BOX }
        machines:
          node:
            count: 3
            provision:
              - name: work
                shell: |
                  printf '\\033[2J\\033[31mred\\033[0m\\a 漢字 🚀\\n'; printf '\\001\\377\\303\\050\\302\\205'
                  i=0
                  until test -e /srv/go; do i=$((i + 1)); printf '\\r%s %% %0100d' $i 0; sleep 0.05; done
        """
    private let spinners = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

    /// What is left of an `up` in a window of a hundred columns that gets these sizes meanwhile.
    private static func lines(resizing sizes: [(columns: Int, rows: Int)]) async throws -> [String] {
        let last = Mutex<[String]>([])
        try await AcceptanceProject.with(envfile) { project in
            try await TerminalWindow.with(["up"], in: project, columns: 100, rows: 40) { window in
                try await eventually("the tree is there") {
                    try await window.lines().count { $0.contains("└") && $0.contains("provision work") } == 3
                }
                for (columns, rows) in sizes {
                    try await window.resize(columns: columns, rows: rows)
                    let frame = try await window.lines()
                    try await eventually("another frame") { try await window.lines() != frame }
                }
                try await project.expect("exec", "--", "sudo", "touch", "/srv/go")
                try await eventually("it is over") { try await window.lines().last == "ended with 0" }
                let lines = try await window.lines()
                last.withLock { $0 = lines }
            }
        }
        return last.withLock { $0 }
    }

    @Test func aWindowThatGrowsKeepsNothingOfTheFrames() async throws {
        let lines = try await Self.lines(resizing: [(200, 40), (200, 60)])
        #expect(lines.count == 9, "\(lines)")
        #expect(lines.count { $0.hasPrefix("✔ node-") } == 3, "\(lines)")
        #expect(lines.allSatisfy { !$0.contains(where: spinners.contains) }, "\(lines)")
    }

    /// A terminal that folds the lines that are there pushes its upper rows into its history at once, where nobody can erase
    /// them; but no frame after that leaves any more.
    @Test func aWindowThatGetsNarrowerKeepsOneFrameAtMost() async throws {
        let lines = try await Self.lines(resizing: [(60, 40), (60, 41), (60, 42), (60, 43)])
        #expect(lines.count { $0.contains("node-1  step") } <= 1, "\(lines)")
        #expect(lines.suffix(8).count { $0.hasPrefix("✔ node-") } == 3, "\(lines)")
    }

    @Test func anInterruptedCommandLeavesTheTerminalAsItWas() async throws {
        try await AcceptanceProject.with(Self.envfile) { project in
            try await TerminalWindow.with(["up"], in: project, columns: 80, rows: 12) { window in
                try await eventually("the scripts run") {
                    try await window.lines().count { $0.contains(" % 0") } == 3
                }
                try await window.press("C-c")
                try await eventually("it is over") { try await window.lines().last == "ended with 130" }
                let lines = try await window.lines()
                #expect(lines.count { $0.hasPrefix("∅ node-") } == 3, "\(lines)")
                #expect(lines.allSatisfy { !$0.contains(where: spinners.contains) }, "\(lines)")
                #expect(try await window.property("cursor_flag") == "1")
                #expect(try await window.property("wrap_flag") == "1")
            }
        }
    }

    @Test func aFailureEndsWithTheLastLinesAndTheCommandToLookFurther() async throws {
        let envfile = """
            version: 1
            defaults: { box: $BOX }
            machines: { one: { provision: [{ name: bad, shell: "seq 1 30; exit 3" }] } }
            """
        try await AcceptanceProject.with(envfile) { project in
            try await TerminalWindow.with(["up"], in: project, columns: 80, rows: 50) { window in
                try await eventually("it is over") { try await window.lines().last == "ended with 1" }
                let lines = try await window.lines()
                let tail = lines.filter { $0.hasPrefix("    │ ") }
                #expect(tail == (11...30).map { "    │ \($0)" }, "\(lines)")
                let command = "    logs: 'devenv logs one --log provision-bad', from .devenv/machines/one/log"
                #expect(lines.contains(command), "\(lines)")
                #expect(try await project.expect("logs", "one", "--log", "provision-bad").text.hasSuffix("29\n30\n"))
            }
        }
    }
}
