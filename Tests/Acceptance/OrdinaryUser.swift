import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// An account of a test's own with subordinate ids, and a project in its home. When the test ends, however it ends, its
/// processes, its files and the account are gone; what its machines have left before that fails the test.
struct OrdinaryUser: Sendable {
    let name: String
    let id: uid_t
    /// Its home, which holds the project, the program and a device for tunnels that it may open.
    let home: FilePath
    /// The control group of version 2 that its programs are started in and that is delegated to it; nil for none.
    var group: FilePath?

    /// Runs a test with a new account.
    static func with(_ body: @Sendable (OrdinaryUser) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            chmod(directory.path.string, 0o711)
            var user = try await make(in: directory.path.appending("home"))
            try user.delegateGroup()
            let group = user.group
            let result: Result<Void, any Error>
            do { result = .success(try await body(user)) } catch { result = .failure(error) }
            let left = user.processes
            for process in left { Glibc.kill(process, SIGKILL) }
            try await eventually("the processes of \(user.name) are gone") { user.processes.isEmpty }
            try await run(["userdel", "--force", user.name])
            if let group { #expect(rmdir(group.string) == 0, "groups are left in \(group)") }
            try result.get()
            #expect(left == [], "processes of \(user.name) were left")
        }
    }

    private static func make(in home: FilePath) async throws -> OrdinaryUser {
        let name = "devenv-test-" + SecureRandom.hexadecimal(digits: 6)
        try await run(["useradd", "--create-home", "--home-dir", home.string, "--shell", "/bin/sh", name])
        guard let entry = getpwnam(name) else { throw Errno.noSuchFileOrDirectory }
        let user = OrdinaryUser(name: name, id: entry.pointee.pw_uid, home: home)
        // its own copies: where the tests were built, nobody else may look; and hosts differ in who may open the device
        try await run(["cp", BuiltProgram.devenv.string, home.appending("devenv").string])
        try await run(["mknod", "--mode=666", home.appending("tun").string, "c", "10", "200"])
        return user
    }

    /// What root does for a user, cgroups(7), "Delegation"; nothing where version 2 of control groups is not there.
    private mutating func delegateGroup() throws {
        let roots: [FilePath] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        guard let root = roots.first(where: { HostFiles.exists($0.appending("cgroup.controllers")) }) else { return }
        let directory = root.appending(name)
        guard mkdir(directory.string, 0o755) == 0 else { throw Errno(rawValue: errno) }
        for path in [directory] + ["procs", "threads", "subtree_control"].map({ directory.appending("cgroup.\($0)") }) {
            guard chown(path.string, id, id) == 0 else { throw Errno(rawValue: errno) }
        }
        group = directory
    }

    /// The same user in no group of its own.
    var ungrouped: OrdinaryUser {
        var user = self
        user.group = nil
        return user
    }

    /// Writes a file that belongs to the user.
    func write(_ text: String, to name: String) throws {
        let path = home.pushing(FilePath(name))
        try AtomicFile.write(Array(text.utf8), to: path, durable: false)
        guard chown(path.string, id, id) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Runs devenv in the home, which must end with a status, 0 unless told otherwise.
    @discardableResult
    func devenv(
        _ arguments: String..., environment: [String] = [], status: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ToolOutcome {
        try await run(
            ["env"] + environment + [home.appending("devenv").string] + arguments, status: status,
            sourceLocation: sourceLocation)
    }

    /// Runs a program as the user, in the home, with nothing but a home in its environment.
    @discardableResult
    func run(
        _ words: [String], status: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ToolOutcome {
        let variables = [
            "HOME=\(home)", "PATH=/usr/bin:/bin", "DEVENV_SHARED_BOXES=", "NO_COLOR=1", "XDG_RUNTIME_DIR=\(home)/run",
        ]
        let account = ["setpriv", "--reuid=\(id)", "--regid=\(id)", "--clear-groups", "env", "-i"]
        let call = ToolInvocation(
            "unshare",
            [
                "--mount", "sh", "-c",
                "mount --bind \"$1\" /dev/net/tun && { test -z \"$2\" || echo $$ >\"$2/cgroup.procs\"; } && shift 2"
                    + " && exec \"$@\"", "sh", home.appending("tun").string, group?.string ?? "",
            ] + account + variables + words, directory: home)
        let outcome = try await SystemToolRunner().run(call)
        #expect(outcome.status == status, "\(words): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Its processes that have not ended.
    var processes: [pid_t] {
        let names = (try? HostFiles.list("/proc")) ?? []  // it is always there
        return names.compactMap { pid_t($0) }.filter { process in
            var status = stat()
            return stat("/proc/\(process)", &status) == 0 && status.st_uid == id && ProcessTable.isRunning(process)
        }
    }

    /// Requires that a realm without machines ends with its last use.
    func expectNoProcess(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("the realm has ended", within: .seconds(30), sourceLocation: sourceLocation) {
            processes.isEmpty
        }
    }

    /// What processes of it are called.
    var programs: [String] { processes.map(Self.program).sorted() }

    /// Kills the one process of it that is called so.
    func kill(_ program: String) async throws {
        let found = processes.filter { Self.program($0) == program }
        #expect(found.count == 1, "\(program)")
        for process in found { Glibc.kill(process, SIGKILL) }
        try await eventually("\(program) is gone") { !found.contains(where: ProcessTable.isRunning) }
    }

    private static func program(_ process: pid_t) -> String {
        let bytes = (try? HostFiles.read(FilePath("/proc/\(process)/comm"))) ?? nil  // it may just have ended
        return String(decoding: bytes ?? [], as: UTF8.self).filter { $0 != "\n" }
    }

    private static func run(_ words: [String]) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(words[0], Array(words.dropFirst())))
        try #require(outcome.status == 0, "\(words): \(outcome.transcript)")
    }
}
