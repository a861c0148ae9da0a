import DevenvHost
import SystemPackage

/// What a project has left on this host, each in a line; nothing after a `destroy`.
///
/// Everything that devenv makes is marked with the project's id, so the id is remembered while the project lives.
enum Leftovers {
    /// State beside the Envfile, which goes with the last machine.
    static func beside(_ project: AcceptanceProject) throws -> [String] {
        let state = project.directory.appending(".devenv")
        return HostFiles.exists(state) ? [state.string] : []
    }

    /// What is left on the host that bears the id.
    static func find(project id: String, home: FilePath) async throws -> [String] {
        var left = lines("/proc/mounts", with: id).map { "mount: \($0)" }
        left += try await output("ip", ["-details", "link"], with: String(id.prefix(8))).map { "link: \($0)" }
        left += try await output("nft", ["list", "ruleset"], with: String(id.prefix(8))).map { "rule: \($0)" }
        left += cgroups(with: id).map { "cgroup: \($0)" }
        left += try processes(with: id).map { "process: \($0)" }
        left += try files(below: home, with: id).map { "file: \($0)" }
        return left
    }

    private static func lines(_ path: FilePath, with id: String) -> [String] {
        let bytes = (try? HostFiles.read(path)) ?? nil  // a process's file goes with the process
        return String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init).filter {
            $0.contains(id)
        }
    }

    private static func output(_ tool: String, _ arguments: [String], with id: String) async throws -> [String] {
        let outcome = try await SystemToolRunner().run(ToolInvocation(tool, arguments))
        return outcome.text.split(separator: "\n").map(String.init).filter { $0.contains(id) }
    }

    private static func cgroups(with id: String) -> [String] {
        let root = FilePath("/sys/fs/cgroup")
        let hierarchies = [root] + ((try? HostFiles.list(root)) ?? []).map(root.appending)
        return hierarchies.map { $0.appending("devenv").appending(id).string }.filter { HostFiles.exists(FilePath($0)) }
    }

    /// Processes whose cgroup or command line bears the id.
    private static func processes(with id: String) throws -> [String] {
        try HostFiles.list("/proc").filter { Int($0) != nil }.filter { process in
            let directory = FilePath("/proc").appending(process)
            return !lines(directory.appending("cgroup"), with: id).isEmpty
                || !lines(directory.appending("cmdline"), with: id).isEmpty
        }
    }

    private static func files(below directory: FilePath, with id: String) throws -> [String] {
        var found: [String] = []
        var open = [directory]
        while let next = open.popLast() {
            for name in try HostFiles.list(next) where name != "boxes" {
                let path = next.appending(name)
                if name.contains(id) {
                    found.append(path.string)
                } else if HostFiles.kind(path) == .directory {
                    open.append(path)
                }
            }
        }
        return found
    }
}
