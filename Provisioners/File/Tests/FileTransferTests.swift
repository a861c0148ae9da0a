import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import FileProvisioner
import SystemPackage
import Testing

@Suite struct FileTransferTests {
    /// Names, kinds and modes that get lost where anybody cuts corners.
    private static let tree = #"""
        mkdir -p src/sub/empty 'src/a dir' src/ro && cd src
        printf one >.dot; printf two >'a dir/two words'; : >zero; printf x >"$(printf 'new\nline')"; printf q >"it's \"q\""
        printf b >-dash; printf g >'grüße $HOME'; printf e >sub/run; ln -s ../zero sub/link; ln -s /nowhere dangling
        printf l >sub/"$(printf '%0200d' 0)"; printf ro >ro/file; ln zero hard; printf d >..two
        chmod 755 sub/run; chmod 600 .dot; chmod 4711 'a dir/two words'; chmod 500 ro; chmod 700 sub/empty
        """#

    @Test func theContentsOfADirectoryArriveWhole() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell(Self.tree, in: directory)
            try await send("src/", to: "\(directory.path)/deep/er/target", in: directory)
            #expect(try await listing("src", in: directory) == listing("deep/er/target", in: directory))
            try await send("src", to: "\(directory.path)/other/", in: directory)
            #expect(try await listing("src", in: directory) == listing("other/src", in: directory))
        }
    }

    @Test func aDirectoryIsMergedIntoOneThatExists() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell(Self.tree, in: directory)
            try await shell("mkdir -p to/sub; printf own >to/own; printf old >to/zero; chmod 711 to", in: directory)
            try await send("src/", to: "\(directory.path)/to", in: directory)
            #expect(try directory.read("to/own") == "own")
            #expect(try directory.read("to/zero") == "")
            #expect(try await shell("stat -c %a to; rm to/own", in: directory) == "711\n")
            #expect(try await listing("src", in: directory) == listing("to", in: directory))
            try await send("src/", to: "\(directory.path)/to", in: directory)
            #expect(try await listing("src", in: directory) == listing("to", in: directory))
        }
    }

    @Test func aFileReplacesWhatIsThereAndGetsItsMode() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("printf new >src; mkdir to; printf old >to/x; ln -s x to/link", in: directory)
            try await send("src", to: "\(directory.path)/to/x", in: directory, options: ["mode": "0640"])
            #expect(try directory.read("to/x") == "new")
            #expect(try await shell("stat -c %a to/x; ls -A to", in: directory) == "640\nlink\nx\n")
            try await shell("printf other >src", in: directory)
            try await send("src", to: "\(directory.path)/to/link", in: directory)
            #expect(
                try await shell("cat to/x to/link; readlink to/link || echo none", in: directory) == "newothernone\n")
        }
    }

    @Test(arguments: ["to", "to/"]) func aFileGoesIntoADirectoryUnderItsOwnName(target: String) async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("printf new >'my file'; mkdir to", in: directory)
            try await send("my file", to: "\(directory.path)/\(target)", in: directory)
            #expect(try directory.read("to/my file") == "new")
        }
    }

    @Test(arguments: [("~/x", "x"), ("~", "src"), ("a/b", "a/b"), ("~/", "src"), ("it's $HOME/", "it's $HOME/src")])
    func targetsInTheHomeDirectoryAreResolvedThere(target: String, place: String) async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("printf new >src; mkdir home", in: directory)
            let communicator = ProcessCommunicator(environment: ["HOME": "\(directory.path)/home"])
            try await send("src", to: target, in: directory, on: communicator)
            #expect(try directory.read("home/\(place)") == "new")
        }
    }

    @Test func aModeCountsForFilesAndDirectoriesCanBeEntered() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("mkdir -p src/sub; printf x >src/sub/f; ln -s f src/sub/l", in: directory)
            try await send("src/", to: "\(directory.path)/to", in: directory, options: ["mode": "0640"])
            #expect(
                try await shell("stat -c '%a %n' to to/sub to/sub/f", in: directory)
                    == "750 to\n750 to/sub\n640 to/sub/f\n")
        }
    }

    @Test(.requiresRoot) func ownerAndGroupAreSetOnEverything() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("mkdir -p src/sub; printf x >src/sub/f; ln -s f src/sub/l", in: directory)
            let options = ["owner": "nobody", "group": "4"]
            try await send("src/", to: "\(directory.path)/to", in: directory, options: options)
            #expect(
                try await shell("stat -c '%U %g' to to/sub to/sub/f to/sub/l", in: directory)
                    == "nobody 4\nnobody 4\nnobody 4\nnobody 4\n")
            try await send("src/sub/f", to: "\(directory.path)/f", in: directory)
            #expect(try await shell("stat -c '%u %g' f", in: directory) == "0 0\n")
        }
    }

    @Test func anOwnerThatTheMachineDoesNotHaveLeavesNothing() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("printf new >src; mkdir to; printf old >to/src", in: directory)
            let error = await #expect(throws: ProvisionerError.self) {
                try await send("src", to: "\(directory.path)/to/src", in: directory, options: ["owner": "nobody-here"])
            }
            #expect(error?.message.contains("its owner can't be set") == true)
            #expect(error?.message.contains("nobody-here") == true)
            #expect(try await shell("ls -A to; cat to/src", in: directory) == "src\nold")
        }
    }

    @Test func aStreamThatBreaksOffChangesNothing() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell(
                "mkdir src to; printf a >src/a; head -c 3000000 /dev/urandom >src/b; printf old >to/a", in: directory)
            await #expect(throws: ProvisionerError.self) {
                try await send("src/", to: "\(directory.path)/to", in: directory, on: CutOff(after: 1_000_000))
            }
            #expect(try await shell("ls -A to; cat to/a", in: directory) == "a\nold")
        }
    }

    @Test func fiveThousandFilesGoAsOneStream() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell(
                "mkdir src; cd src; for i in $(seq 5000); do echo $i >file-$i; done; mkdir ../to", in: directory)
            try await send("src/", to: "\(directory.path)/to", in: directory)
            #expect(try await shell("ls to | wc -l; cat to/file-4711; diff -r src to", in: directory) == "5000\n4711\n")
        }
    }

    @Test func aDirectoryDoesNotTakeThePlaceOfAFile() async throws {
        try await TemporaryDirectory.with { directory in
            try await shell("mkdir src; printf x >src/x; printf old >to", in: directory)
            let error = await #expect(throws: ProvisionerError.self) {
                try await send("src/", to: "\(directory.path)/to", in: directory)
            }
            #expect(error?.message.contains("no directory") == true)
            #expect(try await shell("cat to; ls -A", in: directory) == "oldsrc\nto\n")
        }
    }

    /// Delivers only the start of what a command is to read.
    private struct CutOff: Communicator {
        let after: Int

        func waitUntilReady(timeout: Duration) async throws(CommunicatorError) {}
        func close() async {}
        func run(_ command: RemoteCommand, output: @escaping OutputHandler) async throws(CommunicatorError)
            -> RemoteExit
        {
            guard case .chunks(let next) = command.input else { return .status(99) }
            var bytes: [UInt8] = []
            do {
                while bytes.count < after, let chunk = try await next() { bytes += chunk }
            } catch {
                throw CommunicatorError(.localFile, "\(error)")
            }
            var short = command
            short.input = .bytes(Array(bytes.prefix(after)))
            return try await ProcessCommunicator().run(short, output: output)
        }
    }
}
