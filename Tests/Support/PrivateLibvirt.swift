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
/// Needs root, and the tools `libvirtd`, `virsh`, `tini`, `setpriv` and `unshare`.
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

    /// The user of a session: `nobody`.
    package static let sessionUser: UInt32 = 65534

    /// Runs the body beside a daemon that answers.
    package static func with<Value>(
        _ kind: Kind, isolation: isolated (any Actor)? = #isolation, _ body: (PrivateLibvirt) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            let libvirt = try PrivateLibvirt(kind, in: directory)
            let result: Result<Value, any Error>
            do {
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
            for name in ["run", "lib", "log", "etc"] { try HostFiles.makeDirectory(home.appending(name)) }
            // no virtlogd of its own
            try directory.write("stdio_handler = \"file\"\n", to: "home/etc/qemu.conf")
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

    /// Starts it again after `kill`; returns when it answers.
    package func start() async throws {
        let daemon = ["tini", "-s", "--", "libvirtd", "--pid-file", processFile.string]
        let command =
            switch kind {
            case .system: ["unshare", "--mount", "sh", "-euc", Self.bindings, "sh", home.string] + daemon
            case .session: sessionCommand + daemon
            }
        guard let program = ToolPath.find(command[0]) else { throw Failure(description: "no '\(command[0])'") }
        let nothing = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? nothing.close() }  // it was only read
        try await DetachedProcess.start(program, Array(command.dropFirst()), input: nothing)
        try await eventually("libvirtd answers at \(uri)", within: .seconds(30)) {
            await LibvirtDaemon.refusal(of: uri) == nil
        }
    }

    /// Its state in the places of the shared daemon's, but what is known of this host's QEMU, which takes long to find out,
    /// and the images, so that a path means the same inside and outside.
    private static let bindings = """
        home=$1; shift
        mkdir -p "$home/lib/images"
        mount --bind /var/lib/libvirt/images "$home/lib/images" 2>/dev/null || true
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

    /// The daemon's process.
    package func process() -> pid_t? {
        let bytes = (try? HostFiles.read(processFile)) ?? nil  // before it has started there is none
        let text = String(decoding: bytes ?? [], as: UTF8.self).filter(\.isNumber)
        return pid_t(text).flatMap { ProcessTable.isRunning($0) ? $0 : nil }
    }

    /// Takes down all that the daemon has, then whatever of it still runs.
    private func end() async {
        let namespace = process().flatMap(Self.mountNamespace)
        for (list, destroy) in [("list", "destroy"), ("net-list", "net-destroy")] {
            for name in await virsh(list, "--name") { _ = await virsh(destroy, name) }
        }
        let all = ((try? HostFiles.list("/proc")) ?? []).compactMap { pid_t($0) }  // no /proc, no processes
        let mark = "HOME=\(home)"
        let marked = ProcessTable.processes(withEnvironment: mark)
        for process in all where marked.contains(process) || isInside(process, namespace) {
            Glibc.kill(process, SIGKILL)
        }
        // the issue that this records says what still runs
        try? await eventually("all that libvirtd started has ended") {
            !ProcessTable.processes(withEnvironment: mark).contains(where: ProcessTable.isRunning)
                && !all.contains { isInside($0, namespace) && ProcessTable.isRunning($0) }
        }
    }

    private func virsh(_ arguments: String...) async -> [String] {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", uri] + arguments)
        let outcome = try? await SystemToolRunner().run(call)  // a daemon that was killed is not asked
        return (outcome?.text ?? "").split(whereSeparator: \.isNewline).map { String($0.filter { $0 != " " }) }
    }

    private func isInside(_ process: pid_t, _ namespace: String?) -> Bool {
        guard kind == .system, let namespace, namespace != Self.mountNamespace(getpid()) else { return false }
        return Self.mountNamespace(process) == namespace
    }

    private static func mountNamespace(_ process: pid_t) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/\(process)/ns/mnt", &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
