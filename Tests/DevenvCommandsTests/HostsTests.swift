import DevenvCommands
import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// `devenv hosts` as it is typed.
@Suite(.requiresRoot) struct HostsTests {
    @Test func runningMachinesAreNamedAndAFileIsTheSameAgainAfterwards() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("hosts").output == "")
            #expect(await rig.run("up", "-q").status == .done)
            let lines = await rig.run("hosts").output.split(separator: "\n")
            try #require(lines.count == 2)
            #expect(lines[0].contains(" web web.") && lines[1].contains(" db db."), "\(lines)")

            let path = rig.directory.path.appending("hosts")
            for text in ["127.0.0.1 localhost\n", "127.0.0.1 localhost"] {
                try rig.directory.write(text, to: "hosts")
                let written = await rig.run("hosts", "--write", "--in", "hosts")
                #expect(written.output == "" && written.error == "'\(path)' was changed.\n", "\(written)")
                let content = try #require(try rig.directory.read("hosts"))
                #expect(content.hasPrefix(text) && content.contains("\n\(lines[0])\n\(lines[1])\n# devenv: end"))
                let again = await rig.run("hosts", "--write", "--in", "hosts", "--json")
                #expect(again.output.contains("\"changed\" : false"), "\(again)")
                // without the machine its line goes, and its neighbour's stays where it is
                try rig.directory.write(content + "10.9.8.7 other\n", to: "hosts")
                #expect(await rig.run("hosts", "web", "--write", "--in", "hosts").status == .done)
                let less = try #require(try rig.directory.read("hosts"))
                #expect(less.contains("\(lines[0])\n# devenv: end") && !less.contains(lines[1]), "\(less)")
                #expect(less.hasSuffix("10.9.8.7 other\n"))
                try rig.directory.write(content, to: "hosts")
                chmod(path.string, 0o640)
                #expect(await rig.run("hosts", "--remove", "--in", "hosts", "-q").status == .done)
                #expect(try rig.directory.read("hosts") == text)
                var status = stat()
                #expect(stat(path.string, &status) == 0 && status.st_mode & 0o7777 == 0o640)
            }
        }
    }

    @Test func whatCannotBeWrittenIsSaid() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up", "web", "-q").status == .done)
            let missing = await rig.run("hosts", "--write", "--in", "none/hosts")
            #expect(missing.status == .failed && missing.error.contains("none/hosts': there is no such file"))
            #expect(await rig.run("hosts", "--remove", "--in", "none/hosts").status == .done)
            for words in [["--write", "--remove"], ["--remove", "web"], ["--in", "hosts"]] {
                #expect(await rig.run(["hosts"] + words).status == .usage, "\(words)")
            }
        }
    }

    /// Whoever takes one of the marks away has made the lines their own.
    @Test func aBlockWithoutItsEndIsNotTouched() async throws {
        try await CommandRig.with { rig in
            #expect(await rig.run("up", "web", "-q").status == .done)
            try rig.directory.write("", to: "hosts")
            #expect(await rig.run("hosts", "--write", "--in", "hosts").status == .done)
            let whole = try #require(try rig.directory.read("hosts")).split(separator: "\n").dropLast()
            let torn = whole.joined(separator: "\n") + "\n"
            try rig.directory.write(torn, to: "hosts")
            #expect(await rig.run("hosts", "--remove", "--in", "hosts").status == .done)
            #expect(try rig.directory.read("hosts") == torn)
        }
    }
}
