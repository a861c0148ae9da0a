import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What is kept of the release that is installed, and for how long.
struct ReleaseMemoryTests {
    private static let release = VBoxVersion(7, 2, 22)

    /// A directory with a program that is no script, and a folder of devenv's data.
    private static func with(_ body: (TemporaryDirectory, FilePath, HostDirectories) throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let program = try directory.write("\u{7F}ELF one", to: "bin/VBoxManage")
            try HostFiles.makeDirectory(directory.path.appending("data"))
            let data = directory.path.appending("data")
            try body(directory, program, HostDirectories(data: data, runtime: data))
        }
    }

    private static func remembered(_ program: FilePath, _ directories: HostDirectories) -> VBoxVersion? {
        ReleaseMemory(program, directories: directories)?.recall()
    }

    @Test func whatIsInstalledIsRememberedUntilItIsReplaced() async throws {
        try await Self.with { directory, program, directories in
            let memory = try #require(ReleaseMemory(program, directories: directories))
            #expect(memory.recall() == nil)
            memory.keep(Self.release)
            #expect(Self.remembered(program, directories) == Self.release)
            // as a package manager does it: of the same length, and with the times of the package
            var status = stat()
            #expect(stat(program.string, &status) == 0)
            let other = try directory.write("\u{7F}ELF two", to: "bin/VBoxManage.new")
            var times = [status.st_atim, status.st_mtim]
            #expect(utimensat(AT_FDCWD, other.string, &times, 0) == 0)
            try HostFiles.rename(other, to: program)
            #expect(Self.remembered(program, directories) == nil)
        }
    }

    @Test func anotherProgramIsAskedForItself() async throws {
        try await Self.with { directory, program, directories in
            ReleaseMemory(program, directories: directories)?.keep(Self.release)
            let other = try directory.write("\u{7F}ELF one", to: "other/VBoxManage")
            #expect(Self.remembered(other, directories) == nil)
            #expect(Self.remembered(directory.path.appending("missing"), directories) == nil)
        }
    }

    @Test func aLinkLeadsToWhatIsInstalled() async throws {
        try await Self.with { directory, program, directories in
            let link = directory.path.appending("link")
            #expect(symlink(program.string, link.string) == 0)
            ReleaseMemory(link, directories: directories)?.keep(Self.release)
            #expect(Self.remembered(link, directories) == Self.release)
            try directory.write("\u{7F}ELF three", to: "bin/VBoxManage")
            #expect(Self.remembered(link, directories) == nil)
        }
    }

    @Test func aScriptIsRememberedWithTheProgramThatItNames() async throws {
        try await Self.with { directory, program, directories in
            let script = try directory.write(
                "#!/bin/sh\necho \"$*\" >>log\nexec \"\(program)\" \"$@\"\n", to: "scripts/VBoxManage")
            ReleaseMemory(script, directories: directories)?.keep(Self.release)
            #expect(Self.remembered(script, directories) == Self.release)
            try directory.write("\u{7F}ELF three", to: "bin/VBoxManage")
            #expect(Self.remembered(script, directories) == nil)
        }
    }

    @Test(arguments: [
        "exec \"$VBOX_INSTALL_PATH/VBoxManage\" \"$@\"", "exec /nowhere/VBoxManage \"$@\"", "exec vbox \"$@\"",
        "exec $0",
    ])
    func aScriptThatMayLeadAnywhereIsNotRemembered(_ line: String) async throws {
        try await Self.with { directory, _, directories in
            let script = try directory.write("#!/bin/sh\n\(line)\n", to: "scripts/VBoxManage")
            #expect(ReleaseMemory(script, directories: directories) == nil)
            // nor is one that names itself
            try directory.write("#!/bin/sh\nexec \(script)\n", to: "scripts/VBoxManage")
            #expect(ReleaseMemory(script, directories: directories) == nil)
        }
    }

    @Test func virtualBoxsOwnScriptIsRemembered() async throws {
        try await Self.with { directory, _, directories in
            let script = try directory.write("#!/bin/sh\nexec \"$INSTALL_DIR/VBoxManage\" \"$@\"\n", to: "VBox.sh")
            let link = directory.path.appending("VBoxManage")
            #expect(symlink(script.string, link.string) == 0)
            ReleaseMemory(link, directories: directories)?.keep(Self.release)
            #expect(Self.remembered(link, directories) == Self.release)
        }
    }

    @Test(arguments: ["", "garbage", "7.2.22\n", "devenv VBoxManage 1\n\n\n7.2.22\n"])
    func aDamagedFileIsNotBelieved(_ text: String) async throws {
        try await Self.with { directory, program, directories in
            ReleaseMemory(program, directories: directories)?.keep(Self.release)
            try directory.write(text, to: "data/virtualbox/release")
            #expect(Self.remembered(program, directories) == nil)
        }
    }

    @Test(arguments: [("7.2.22", VBoxVersion(7, 2, 22)), ("seven", nil), ("", nil), ("6.0.24", nil), ("7.2", nil)])
    func onlyAReleaseThatIsNewEnoughIsBelieved(_ line: String, _ expected: VBoxVersion?) async throws {
        try await Self.with { directory, program, directories in
            ReleaseMemory(program, directories: directories)?.keep(VBoxVersion(7, 1, 4))
            let text = try #require(try directory.read("data/virtualbox/release"))
            #expect(text.hasSuffix("\n7.1.4\n"))
            try directory.write(text.dropLast("7.1.4\n".count) + line + "\n", to: "data/virtualbox/release")
            #expect(Self.remembered(program, directories) == expected)
        }
    }

    @Test func nothingIsKeptWhereDevenvKeepsNothing() async throws {
        try await Self.with { directory, program, _ in
            let data = directory.path.appending("missing")
            ReleaseMemory(program, directories: HostDirectories(data: data, runtime: data))?.keep(Self.release)
            #expect(!HostFiles.exists(data))
        }
    }
}
