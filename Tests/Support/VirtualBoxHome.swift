import DevenvCrypto
import DevenvHost
package import Glibc
package import SystemPackage
package import Testing

/// A VirtualBox of a test's own: other settings, another service, so that neither sees the other's machines.
package struct VirtualBoxHome: Sendable {
    /// Where programs that a test starts find this host's networks.
    package enum Networks: Sendable {
        /// Those that there are: adapters are the host's, whoever makes them.
        case ofHost
        /// Of the test's own where root runs it, in which adapters and whatever stands for VirtualBox's networks go with it. Programs
        /// are started by `command`.
        case own
    }

    /// What leads VBoxManage, and devenv, to it.
    package let environment: [String: String]
    /// A place for devenv's own data about it.
    package let data: FilePath
    private let socket: String
    /// The name of the network namespace.
    private let namespace: String?

    /// Files of this host that are seen in the places of others, by whoever is started by `command`.
    private let programs: [FilePath: FilePath]

    /// Runs the body with one whose files are in a directory, and ends its service afterwards. Whatever machine, disk or adapter
    /// the body leaves in it is an error. `programs`: files that it finds in the places of others; only root can do that.
    package static func with(
        in directory: TemporaryDirectory, networks: Networks = .ofHost, programs: [FilePath: FilePath] = [:],
        _ body: (VirtualBoxHome) async throws -> Void
    ) async throws {
        let home = VirtualBoxHome(in: directory, networks, programs)
        let result: Result<Void, any Error>
        do {
            try await home.makeNamespace()
            // a host without the kernel's module runs machines all the same where VirtualBox interprets them
            try await home.run("setextradata", "global", "VBoxInternal/HM/FallbackToIEM", "1")
            try await body(home)
            let left = try await home.content()
            guard left.isEmpty else { throw Failure(description: "left in VirtualBox: \(left)") }
            result = .success(())
        } catch { result = .failure(error) }
        try await home.end()
        try result.get()
    }

    private init(in directory: TemporaryDirectory, _ networks: Networks, _ programs: [FilePath: FilePath]) {
        self.programs = programs
        socket = "devenv-test-\(SecureRandom.hexadecimal(digits: 12))"
        namespace = networks == .own && geteuid() == 0 && ToolPath.find("ip") != nil ? socket : nil
        data = Self.data(in: directory)
        environment = [
            "VBOX_USER_HOME": directory.path.appending("virtualbox").string, "VBOX_IPC_SOCKETID": socket,
        ]
    }

    /// Where devenv's own data are of a VirtualBox in a directory.
    package static func data(in directory: TemporaryDirectory) -> FilePath { directory.path.appending("devenv") }

    /// A program, with its arguments, among this VirtualBox's networks.
    package func command(_ words: [String]) -> [String] {
        let mounts = programs.map { "mount --bind \($0) \($1); " }.joined()
        let seeing =
            mounts.isEmpty ? words : ["unshare", "--mount", "sh", "-euc", mounts + "exec \"$@\"", "sh"] + words
        return namespace.map { ["ip", "netns", "exec", $0] + seeing } ?? seeing
    }

    /// Runs VBoxManage; answers what it complained of.
    package func complaint(_ arguments: String...) async throws -> String {
        let words = command(["VBoxManage"] + arguments)
        let variables = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        let call = ToolInvocation(words[0], Array(words.dropFirst()), environment: variables, timeout: .seconds(120))
        return String(decoding: try await SystemToolRunner().run(call).standardError, as: UTF8.self)
    }

    private func makeNamespace() async throws {
        guard let namespace else { return }
        try await call(["ip", "netns", "add", namespace])
        try await call("ip", "link", "set", "lo", "up")
    }

    /// Runs VBoxManage, which must succeed; answers what it printed.
    @discardableResult
    package func run(_ arguments: String...) async throws -> String {
        try await call(command(["VBoxManage"] + arguments))
    }

    /// Runs a program among its networks, which must succeed; answers what it printed.
    @discardableResult
    package func call(_ words: String...) async throws -> String { try await call(command(words)) }

    @discardableResult
    private func call(_ words: [String]) async throws -> String {
        let variables = environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        let call = ToolInvocation(
            words[0], Array(words.dropFirst()), environment: variables, timeout: .seconds(120))
        let outcome = try await SystemToolRunner().run(call)
        guard outcome.status == 0 else { throw Failure(description: "\(words): \(outcome.complaint)") }
        return outcome.text
    }

    /// The machines and disks that it knows, and the adapters where nobody else makes any, each in a line.
    package func content() async throws -> [String] {
        func lines(_ list: String, _ key: String) async throws -> [String] {
            try await self.list(list).split(separator: "\n").map(String.init).filter { $0.hasPrefix(key) }
        }
        let known = try await lines("vms", "") + lines("hdds", "Location:")
        return namespace == nil ? known : known + (try await lines("hostonlyifs", "Name:"))
    }

    /// A list, which can't be had at the moment in which another command removes something that is in it.
    private func list(_ what: String) async throws -> String {
        var text = ""
        try await eventually("VirtualBox lists its \(what)") {
            do { text = try await run("list", what) } catch let failure as Failure {
                guard failure.description.contains("not ready") else { throw failure }
                return false
            }
            return true
        }
        return text
    }

    /// Ends the service, which starts anew with the next call.
    package func restart() async throws {
        for process in processes { kill(process, SIGTERM) }
        try await eventually("VirtualBox's service ends") { processes.isEmpty }
    }

    /// Ends the processes of machines as a fault would.
    package func killMachines() { for process in machines { kill(process, SIGKILL) } }

    /// The processes of machines.
    package var machines: [pid_t] {
        processes.filter { process in
            let name = (try? HostFiles.read(FilePath("/proc/\(process)/comm"))) ?? nil  // it has just ended
            return String(decoding: name ?? [], as: UTF8.self).hasPrefix("VBoxHeadless")
        }
    }

    /// The service would stay for some seconds after its last client, and machines with it.
    private func end() async throws {
        let ended: Result<Void, any Error>
        do { ended = .success(try await restart()) } catch { ended = .failure(error) }
        for process in processes { kill(process, SIGKILL) }
        let user = getpwuid(geteuid()).flatMap { String(validatingCString: $0.pointee.pw_name) } ?? ""
        for name in ["/tmp/.vbox-\(socket)-ipc", "/tmp/.vbox-\(user)-\(socket)-ipc"] {
            try HostFiles.remove(FilePath(name))
        }
        if let namespace, HostFiles.exists(FilePath("/run/netns/\(namespace)")) {
            try await call(["ip", "netns", "del", namespace])
        }
        try ended.get()
    }

    /// What runs in this VirtualBox: its processes have its variable in their environments.
    private var processes: [pid_t] {
        ProcessTable.processes(withEnvironment: "VBOX_IPC_SOCKETID=\(socket)").filter { $0 != getpid() }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where no VirtualBox starts machines; under `CI=true` too, as no package of Debian has it.
    package static var requiresVirtualBox: Self {
        .enabled("needs a VirtualBox that starts machines, with its kernel module or without") {
            guard let refusal = await VirtualBoxRefusal.found.value else { return true }
            print("skipped: no VirtualBox starts machines here: \(refusal)")
            return false
        }
    }
}

/// Why there is no VirtualBox that starts machines, tried once.
private enum VirtualBoxRefusal {
    static let found = Task { await tried() }

    private static func tried() async -> String? {
        guard Requirement.find("VBoxManage") != nil else { return "VBoxManage is not installed" }
        do {
            try await TemporaryDirectory.with { directory in
                try await VirtualBoxHome.with(in: directory) { home in try await start(home, in: directory) }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func start(_ home: VirtualBoxHome, in directory: TemporaryDirectory) async throws {
        let folder = directory.path.appending("machines").string
        try await home.run("createvm", "--name", "probe", "--ostype", "Linux_64", "--basefolder", folder, "--register")
        try await home.run("startvm", "probe", "--type", "headless")
        try await home.run("controlvm", "probe", "poweroff")
        try await eventually("it can be removed") {
            do { try await home.run("unregistervm", "probe", "--delete") } catch { return false }
            return true
        }
    }
}
