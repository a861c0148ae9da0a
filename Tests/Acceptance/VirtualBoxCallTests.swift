import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// How many calls of VBoxManage the built program makes, beside the shortest script that does the same by hand.
@Suite(
    .tags(.large), .requiresVirtualBox,
    .requires(tool: "mmdebstrap", "qemu-img", "as", "ld", "ssh", "ssh-keygen", "rsync", "tar"))
struct VirtualBoxCallTests {
    private static let patience = Duration.seconds(900)

    private static let envfile = """
        version: 1
        name: calls
        provider: virtualbox
        defaults: { box: $BOX, memory: 96MiB, boot_timeout: 10m }
        machines:
          one: { provision: [{ shell: "true" }] }
          two: { autostart: false }

        """

    /// By hand: a machine with what the box says of it, a copy of its disk, a mark, and a snapshot for clones to be linked to.
    private static let master = [
        "createvm", "modifyvm", "storagectl", "clonemedium", "closemedium", "storageattach", "setextradata", "snapshot",
    ]
    /// By hand: a clone, its mark, its settings with the forward to its SSH server, its start, and whether it runs.
    private static let machine = ["clonevm", "setextradata", "modifyvm", "startvm", "showvminfo"]
    /// By hand: the settings that it is to have now, its start, and whether it runs.
    private static let again = ["modifyvm", "startvm", "showvminfo"]

    @Test func upTakesAboutAsManyCallsAsByHand() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory) { box in
                try await AcceptanceProject.with(
                    Self.envfile, home: .virtualBox, virtualBox: box
                ) { project in
                    let calls = try CallLog(in: directory)
                    try await calls.expect(["up", "one"], in: project, like: Self.master + Self.machine)
                    try await calls.expect(["up", "two"], in: project, like: Self.machine)
                    try await project.expect("halt", "two", timeout: Self.patience)
                    try await calls.expect(["up", "two"], in: project, like: Self.again)
                    #expect(try await calls.of(["status"], in: project).count <= 2)
                }
                #expect(try await box.content() == [])
            }
        }
    }
}

/// A VBoxManage that writes down its calls and makes them.
private struct CallLog {
    private let folder: FilePath
    private var file: FilePath { folder.appending("log") }

    init(in directory: TemporaryDirectory) throws {
        folder = directory.path.appending("calls")
        let real = try #require(ToolPath.find("VBoxManage"))
        let script = "#!/bin/sh\necho \"$*\" >>\"${0%/*}/log\"\nexec '\(real)' \"$@\"\n"
        try directory.write(Array(script.utf8), to: "calls/VBoxManage", mode: .ownerReadWriteExecute)
    }

    /// Runs a command that must make at most a fifth more calls than a script, and requires each of them to be one of the script's.
    func expect(
        _ arguments: [String], in project: AcceptanceProject, like script: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let calls = try await of(arguments, in: project)
        #expect(Double(calls.count) <= 1.2 * Double(script.count), "\(calls)", sourceLocation: sourceLocation)
        let kinds = calls.compactMap { $0.split(separator: " ").first.map(String.init) }
        // the release is asked for once for each installation
        #expect(Set(kinds).isSubset(of: script + ["--version"]), "\(calls)", sourceLocation: sourceLocation)
    }

    /// The different calls that a command makes: while it waits for SSH it looks each second minute whether the machine still runs,
    /// and where no answer comes for some seconds, it asks again.
    func of(_ arguments: [String], in project: AcceptanceProject) async throws -> [String] {
        try HostFiles.remove(file)
        let path = "\(folder):\(getenv("PATH").map { String(cString: $0) } ?? "")"
        let outcome = try await project.binary.run(
            arguments, in: project.directory, environment: ["PATH": path], timeout: .seconds(900))
        #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
        let text = String(decoding: try HostFiles.read(file) ?? [], as: UTF8.self)
        var seen: Set<Substring> = []
        return text.split(separator: "\n").filter { seen.insert($0).inserted }.map(String.init)
    }
}
