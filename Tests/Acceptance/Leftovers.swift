import DevenvHost
import DevenvTestSupport
import SystemPackage

/// What a project has left on this host, each in a line; nothing after a `destroy`.
///
/// Everything that devenv makes is marked with the project's id or the machine's, so the ids are remembered while the
/// project lives.
enum Leftovers {
    /// State beside the Envfile, which goes with the last machine.
    static func beside(_ project: AcceptanceProject) throws -> [String] {
        let state = project.directory.appending(".devenv")
        return HostFiles.exists(state) ? [state.string] : []
    }

    /// What is left on the host that bears one of the ids.
    static func find(marks: [String], of binary: DevenvBinary) async throws -> [String] {
        let libvirt = binary.libvirt.map {
            LibvirtLeftovers(marks: marks, uri: $0.uri, directories: $0.directories)
        }
        var left = try await (libvirt ?? LibvirtLeftovers(marks: marks)).all()
        let virtualBox = try await binary.virtualBox?.content() ?? []
        left += virtualBox.filter { line in marks.contains { line.contains($0) } }
        for id in marks {
            left += lines("/proc/mounts", with: id).map { "mount: \($0)" }
            left += try await output("ip", ["-details", "link"], with: String(id.prefix(8))).map { "link: \($0)" }
            left += try await output("nft", ["list", "ruleset"], with: String(id.prefix(8))).map { "rule: \($0)" }
            left += cgroups(with: id).map { "cgroup: \($0)" }
            left += try processes(with: id).map { "\(String.processPrefix)\($0)" }
            left += try files(below: binary.home, with: id).map { "file: \($0)" }
        }
        return left
    }

    /// What devenv has below its data for machines of VirtualBox. Of locks, only files are left that nobody holds, and which
    /// release is installed is kept.
    static func ofVirtualBox(below home: FilePath) throws -> [String] {
        let root = home.appending("virtualbox")
        let places = try HostFiles.list(root).filter { !["locks", "release"].contains($0) }.map(root.appending)
        let files = try places.flatMap { place in try HostFiles.list(place).map { place.appending($0).string } }
        let locks = root.appending("locks")
        let held = try HostFiles.list(locks).filter { name in
            guard !name.hasSuffix(".owner") else { return false }
            guard case .taken = try FileLock.attempt(locks.appending(name), command: "test") else { return true }
            return false
        }
        return files + held
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

    /// Processes whose cgroup or command line bears the id. One that has ended and only waits for its parent to notice is
    /// none: the first process of some hosts takes seconds for that.
    private static func processes(with id: String) throws -> [String] {
        try HostFiles.list("/proc").filter { Int($0) != nil }.compactMap { process in
            let directory = FilePath("/proc").appending(process)
            guard lines(directory.appending("status"), with: "State:\tZ").isEmpty else { return nil }
            let command = lines(directory.appending("cmdline"), with: "").joined(separator: " ")
            guard command.contains(id) || !lines(directory.appending("cgroup"), with: id).isEmpty else { return nil }
            return "\(process) \(command.replacing("\0", with: " "))"
        }
    }

    /// Files that bear the id, down to the machines' directories but not into them.
    private static func files(below home: FilePath, with id: String) throws -> [String] {
        var found: [String] = []
        for top in try HostFiles.list(home) where top != "boxes" {
            for path in try below(home.appending(top), depth: 3) {
                if path.lastComponent?.string.contains(id) == true { found.append(path.string) }
            }
        }
        return found
    }

    private static func below(_ directory: FilePath, depth: Int) throws -> [FilePath] {
        guard depth > 0, HostFiles.kind(directory) == .directory else { return [] }
        let paths = try HostFiles.list(directory).map { directory.appending($0) }
        return try paths + paths.flatMap { try below($0, depth: depth - 1) }
    }
}

extension String {
    /// What lines of `Leftovers` about processes begin with.
    fileprivate static let processPrefix = "process: "
    /// Whether a line of `Leftovers` is about a process.
    var isProcess: Bool { hasPrefix(Self.processPrefix) }
}
