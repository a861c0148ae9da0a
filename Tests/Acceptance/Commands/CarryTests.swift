import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Files that go into a machine and come out of it, as its user and as root.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "tmux"))
struct CarryTests {
    private static let envfile = """
        version: 1
        name: carried
        defaults: { box: $BOX }
        machines: { web: }
        """

    @Test func filesGoInAndComeOut() async throws {
        let files = ["page": "page\n", "site/a b": "a\n", "site/.dot": ""]
        try await AcceptanceProject.with(Self.envfile, files: files) { project in
            try await project.expect("up")
            let told = try await project.expect("upload", "page", "web:/tmp/page")
            #expect(told.errors == "Uploaded 1 file, 5 bytes.\n", "\(told.transcript)")
            try await project.expect("upload", "site", "page", ":")
            let inside = try await project.expect("exec", "--", "find", "page", "site", "/tmp/page", "-type", "f")
            #expect(inside.text == "page\nsite/a b\nsite/.dot\n/tmp/page\n", "\(inside.transcript)")
            try await refusals(project)

            try await project.expect("upload", "--sudo", "page", "web:/etc/page")
            #expect(try await project.expect("exec", "--", "stat", "-c", "%U", "/etc/page").text == "root\n")
            try await project.expect("download", "--sudo", "web:/etc/shadow", "back")
            #expect(try project.read("back").contains("root:"))
            let site = try await project.expect("download", "web:site", "copy")
            #expect(site.errors == "Downloaded 2 files, 2 bytes.\n", "\(site.transcript)")
            #expect(try project.read("copy/a b") == "a\n")
            let lines = try await project.expect("download", "--json", "web:page").text.split(separator: "\n")
            let result = try JSONTree(parsing: lines.last ?? "")
            #expect(result["machine"]?.text == "web" && result["files"]?.number == 1 && result["bytes"]?.number == 5)
            try await interruption(project)
        }
    }

    private func refusals(_ project: AcceptanceProject) async throws {
        let cases: [(words: [String], reason: String)] = [
            (["upload", "page", "web:/etc/page"], "'/etc/page' may not be written to in the machine; '--sudo'"),
            (["upload", "page", "web:/none/page"], "there is no directory '/none' in the machine"),
            (["upload", "none", "web:/tmp"], "there is no '\(project.directory)/none' on this host"),
            (["download", "web:/none", "x"], "there is no '/none' in the machine"),
            (["download", "web:/etc/shadow", "x"], "'/etc/shadow' may not be read in the machine"),
            (["download", "web:page", "none/x"], "there is no directory '\(project.directory)/none' on this host"),
        ]
        for (words, reason) in cases {
            let outcome = try await project.binary.run(words, in: project.directory)
            let text = outcome.errors.replacing("\nhelp: ", with: "; ")
            #expect(outcome.status == 1 && text.contains(reason), "\(words): \(outcome.transcript)")
        }
        try await project.expect("upload", "page", "site", status: 64)
        try await project.expect("download", "page", status: 64)
    }

    /// What was there stays, and nothing of the new one does.
    private func interruption(_ project: AcceptanceProject) async throws {
        let large = try FileDescriptor.open(
            project.directory.appending("large"), .writeOnly, options: .create, permissions: .ownerReadWrite)
        try large.closeAfter { try large.resize(to: 8 << 30) }
        try await project.expect("upload", "page", "web:/tmp/large")
        // 64 MiB, as containers have it
        let full = try await project.expect("upload", "--sudo", "large", "web:/dev/large", status: 1)
        #expect(full.errors.contains("No space left on device") && full.errors.contains("check the free space"))
        #expect(try await project.expect("exec", "--", "ls", "-A", "/dev").text.contains("large") == false)
        try await TerminalWindow.with(["upload", "large", "web:/tmp/large"], in: project, columns: 90, rows: 20) {
            window in
            try await eventually("a bar is shown") {
                try await window.screen().contains("━")
            }
            try await window.press("C-c")
            try await eventually("it is over") { try await window.lines().last == "ended with 130" }
        }
        try await eventually("nothing of it is left") {
            try await project.devenv("exec", "--", "sh", "-c", "ls -A /tmp; cat /tmp/large").text
                == "large\npage\npage\n"
        }
    }
}

extension AcceptanceProject {
    /// A file of the project as text.
    func read(_ name: String) throws -> String {
        String(decoding: try HostFiles.read(directory.pushing(FilePath(name))) ?? [], as: UTF8.self)
    }
}
