import DevenvHost
package import Glibc
package import SystemPackage
import Testing

/// A libvirt daemon of a test's own, which the test may kill and start again while other tests use the shared one. With the
/// body end its domains, its networks, its own state and every process that it started.
///
///     try await PrivateLibvirt.with(.session) { libvirt in
///         let connection = try await LibvirtConnection.open(libvirt.uri)
///     }
///
/// Programs that see it as `qemu:///system`, with its files in their usual places, are run by `command`.
///
/// Needs root, and the tools `libvirtd`, `virtlogd`, `virsh`, `tini`, `setpriv` and `unshare`.
package struct PrivateLibvirt: Sendable {
    /// Whose daemon it is.
    package enum Kind: Sendable {
        /// Of root, with state in a mount namespace of its own. Guests, bridges and rules are in the host's network.
        case system
        /// Of an ordinary user, who may do nothing else on this host and has no KVM.
        case session
    }

    /// Where it answers.
    package let uri: String
    /// Where its acted hypervisor answers, libvirt's test driver, which starts nothing.
    package var testDriverURI: String { uri.replacing(/qemu(.*):\/\/\/[a-z]+/) { "test\($0.1):///default" } }
    /// The directory of all that it keeps. For a session this is the user's home.
    package let home: FilePath
    private let kind: Kind
    private var processFile: FilePath { home.appending("libvirtd.pid") }
    /// Where the images of a system's daemon are, as this host sees it.
    package var images: FilePath { home.appending("lib").appending("images") }
    /// What it keeps all over its places, for a look at what is left of machines.
    package var directories: [FilePath] { [home] }

    /// The user of a session: `nobody`.
    package static let sessionUser: UInt32 = 65534

    /// Runs the body beside a daemon that answers. `megabytes` is the size of the file system that the images of a system's
    /// daemon then have for themselves.
    package static func with<Value>(
        _ kind: Kind, megabytes: Int? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (PrivateLibvirt) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let libvirt = try PrivateLibvirt(kind, in: directory)
            let result: Result<Value, any Error>
            do {
                if let megabytes { try await libvirt.mountImages(megabytes) }
                try await libvirt.start()
                result = .success(try await body(libvirt))
            } catch {
                result = .failure(error)
            }
            await libvirt.end()
            return try result.get()
        }
    }

    private init(_ kind: Kind, in directory: TemporaryDirectory) throws {
        self.kind = kind
        home = directory.path.appending("home")
        try HostFiles.makeDirectory(home)
        switch kind {
        case .system:
            uri = "qemu+unix:///system?socket=\(home)/run/libvirt-sock"
            let open: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
            for name in ["run", "lib", "lib/images", "log", "etc"] {
                try HostFiles.makeDirectory(home.pushing(FilePath(name)), mode: open)
            }
        case .session:
            uri = "qemu+unix:///session?socket=\(home)/run/libvirt/libvirt-sock"
            guard chmod(directory.path.string, 0o711) == 0, chown(home.string, Self.sessionUser, Self.sessionUser) == 0
            else { throw Errno(rawValue: errno) }
        }
    }

    /// What a program of the user's own is started with to find this session: `setpriv` and the environment.
    package var sessionCommand: [String] {
        let user = String(Self.sessionUser)
        let variables = ["HOME=\(home)", "XDG_RUNTIME_DIR=\(home)/run", "PATH=/usr/bin:/bin:/usr/sbin:/sbin"]
        return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "env", "--ignore-environment"]
            + variables
    }

    /// A program, with its arguments, among this daemon's files: those of a session's user, or its state in the places of
    /// the shared daemon's.
    package func command(_ words: [String]) -> [String] {
        switch kind {
        case .system: ["unshare", "--mount", "sh", "-euc", Self.bindings, "sh", home.string] + words
        case .session: sessionCommand + words
        }
    }

    /// Starts it again after `kill`; returns when it answers.
    package func start() async throws {
        let logSocket = home.pushing("run/virtlogd-sock")
        if kind == .system, !HostFiles.exists(logSocket) {
            try await launch(["virtlogd", "--pid-file", home.appending("virtlogd.pid").string])
            try await eventually("virtlogd listens") { HostFiles.exists(logSocket) }
        }
        // seldom a daemon that starts beside many others never comes to answer; what it says then is shown
        for _ in 0..<2 {
            try await launch(["libvirtd", "--pid-file", processFile.string])
            if try await comesTrue(within: .seconds(60), { await LibvirtDaemon.refusal(of: uri) == nil }) { return }
            print("libvirtd did not answer at \(uri):\n\(complaint)")
            for process in daemons { Glibc.kill(process, SIGKILL) }
            try await eventually("libvirtd has ended") { daemons.isEmpty }
        }
        Issue.record("libvirtd was started twice at \(uri) and did not answer: \(complaint)")
        throw NeverHappened()
    }

    private func launch(_ daemon: [String]) async throws {
        let command = command(["env", "LIBVIRT_LOG_OUTPUTS=3:file:\(log)", "tini", "-s", "--"] + daemon)
        guard let program = ToolPath.find(command[0]) else { throw Failure(description: "no '\(command[0])'") }
        let nothing = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? nothing.close() }  // it was only read
        try await DetachedProcess.start(program, Array(command.dropFirst()), input: nothing)
    }

    /// Its state in the places of the shared daemon's, but what is known of this host's QEMU, which takes long to find out.
    private static let bindings = """
        home=$1; shift
        mount --rbind "$home/lib" /var/lib/libvirt
        mount --bind "$home/run" /run/libvirt
        mount --bind "$home/log" /var/log/libvirt
        mount --bind "$home/etc" /etc/libvirt
        exec "$@"
        """

    /// Ends the daemon at once and leaves its domains and networks as they are, as a crash would.
    package func kill() async throws {
        guard let process = process() else { return }
        Glibc.kill(process, SIGKILL)
        try await eventually("libvirtd has ended") { !ProcessTable.isRunning(process) }
    }

    private var log: FilePath { home.appending("daemon.log") }

    /// Whatever was started as this daemon.
    private var daemons: [pid_t] {
        ProcessTable.processes(withArgument: processFile.string).filter { ProcessTable.isRunning($0) }
    }

    /// What the daemon has said last, and what it waits for in the kernel.
    private var complaint: String {
        let said = (try? HostFiles.read(log)) ?? nil  // it may not have come to that
        let lines = String(decoding: said ?? [], as: UTF8.self).split(separator: "\n").suffix(10)
        let places = daemons.flatMap { [$0] + ProcessTable.descendants(of: $0) }.map { process -> String in
            let place = (try? HostFiles.read(FilePath("/proc/\(process)/wchan"))) ?? nil  // it may have ended
            return "\(process): \(String(decoding: place ?? [], as: UTF8.self))"
        }
        return (lines.map(String.init) + places).joined(separator: "\n")
    }

    /// The daemon's process.
    package func process() -> pid_t? {
        let bytes = (try? HostFiles.read(processFile)) ?? nil  // before it has started there is none
        let text = String(decoding: bytes ?? [], as: UTF8.self).filter(\.isNumber)
        return pid_t(text).flatMap { ProcessTable.isRunning($0) ? $0 : nil }
    }

    // MARK: The file system of the images

    private func mountImages(_ megabytes: Int) async throws {
        try await run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=711", "tmpfs", images.string)
    }

    /// Makes the images' own file system larger.
    package func growImages(to megabytes: Int) async throws {
        try await run("mount", "-o", "remount,size=\(megabytes)m", images.string)
    }

    private func run(_ tool: String, _ arguments: String...) async throws {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        guard outcome.status == 0 else { throw Failure(description: "\(tool): \(outcome.complaint)") }
    }

    // MARK: The end

    /// Takes down all that the daemon has, then whatever of it still runs.
    private func end() async {
        for (list, destroy) in [("list", "destroy"), ("net-list", "net-destroy")] {
            for name in await virsh(list, "--name") { _ = await virsh(destroy, name) }
        }
        for process in processes { Glibc.kill(process, SIGKILL) }
        // the issue that this records says what still runs
        try? await eventually("all that libvirtd started has ended") { processes.isEmpty }
        umount2(images.string, Int32(MNT_DETACH))
    }

    private func virsh(_ arguments: String...) async -> [String] {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", uri] + arguments)
        let outcome = try? await SystemToolRunner().run(call)  // a daemon that was killed is not asked
        return (outcome?.text ?? "").split(whereSeparator: \.isNewline).map { String($0.filter { $0 != " " }) }
    }

    /// Whatever runs among its files: the daemons, and all that they or `command` have started.
    private var processes: [pid_t] {
        let marked =
            switch kind {
            case .system: ProcessTable.processes(withMount: "/run/libvirt", of: home.appending("run"))
            case .session: ProcessTable.processes(withEnvironment: "HOME=\(home)")
            }
        return marked.filter { $0 != getpid() && ProcessTable.isRunning($0) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
