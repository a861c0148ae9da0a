import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A host of a test's own, as far as networks and mounts go: namespaces with links, rules, settings and mounts of their own, on the
/// disk of this host. When its machines have been killed and it ends, only the disk is left, as after a power cut.
struct SmallHost {
    private let holder: pid_t
    private let project: AcceptanceProject

    /// Starts one; `end` takes it away.
    static func boot(for project: AcceptanceProject) async throws -> SmallHost {
        let directory = project.directory.appending("small-host")
        try HostFiles.makeDirectory(directory)
        let note = directory.appending("pid")
        try HostFiles.remove(note)
        // sysfs shows the links of the namespace that it is mounted in; the control groups come along
        let script = """
            mount --rbind /sys/fs/cgroup '\(directory)' && mount -t sysfs sysfs /sys &&
            mount --rbind '\(directory)' /sys/fs/cgroup && ip link set lo up &&
            umount -l '\(directory)' && echo $$ >'\(note)' && exec sleep 600
            """
        let words = ["-f", "unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", script]
        let outcome = try await SystemToolRunner().run(ToolInvocation("setsid", words, timeout: .seconds(20)))
        #expect(outcome.status == 0, "\(outcome.transcript)")
        var holder: pid_t?
        try await eventually("the host is up") {
            let text = String(decoding: try HostFiles.read(note) ?? [], as: UTF8.self)
            holder = text.last == "\n" ? pid_t(text.dropLast()) : nil
            return holder != nil
        }
        return SmallHost(holder: try #require(holder), project: project)
    }

    /// Kills all that runs in machines of the project, then what holds the namespaces.
    func end() throws {
        defer { kill(holder, SIGKILL) }
        for id in try project.marks() {
            let group = FilePath("/sys/fs/cgroup").appending(HostFiles.exists("/sys/fs/cgroup/pids") ? "pids" : "")
                .appending("devenv").appending(id)
            for machine in try HostFiles.list(group) where HostFiles.isDirectory(group.appending(machine)) {
                let bytes = try HostFiles.read(group.appending(machine).appending("cgroup.procs")) ?? []
                for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                    if let process = pid_t(line) { kill(process, SIGKILL) }
                }
            }
        }
    }

    /// Runs a program there.
    func run(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        try await run(words, sourceLocation: sourceLocation)
    }

    /// Runs a program there, given as a list.
    func run(_ words: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let place = ["-t", "\(holder)", "-n", "-m", "env", "--chdir=\(project.directory)"]
        let environment = ["DEVENV_HOME": project.binary.home.string, "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1"]
        let outcome = try await SystemToolRunner().run(
            ToolInvocation("nsenter", place + words, environment: environment, timeout: .seconds(120)))
        #expect(outcome.status == 0, "\(words): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome.text
    }
}
