import DevenvHost
import Glibc
package import SystemPackage

/// What libvirt has, and has left, of a project on this host: domains, networks, volumes, links, firewall rules, files and
/// processes that bear one of its marks, each in a line, found without the provider's own code.
///
/// Marks are the ids of the project and of its machines. A UUID that is made of two ids bears both.
package struct LibvirtLeftovers: Sendable {
    /// The ids to look for.
    package let marks: [String]
    /// What the names of the project's bridges begin with.
    private let bridges: [String]
    private let uri: String
    private let directories: [FilePath]

    /// Names a search. The directories are those of qemu:///system unless told otherwise, such as the home of a session.
    package init(
        marks: [String], uri: String = LibvirtDaemon.system,
        directories: [FilePath] = [
            "/etc/libvirt", "/run/libvirt", "/var/lib/libvirt", "/var/log/libvirt", "/var/log/swtpm",
        ]
    ) {
        self.marks = marks
        bridges = marks.map { "lv" + $0.prefix(8) }
        self.uri = uri
        self.directories = directories
    }

    /// Everything that is there; nothing after a `destroy`.
    package func all() async throws -> [String] {
        try await objects() + links() + rules() + files() + processes()
    }

    /// What the daemon knows of; nothing where none answers.
    package func objects() async throws -> [String] {
        guard await LibvirtDaemon.refusal(of: uri) == nil else { return [] }
        var found = try await virsh("list", "--all", "--uuid", "--name").filter(isMarked).map { "domain \($0)" }
        found += try await virsh("net-list", "--all", "--name").filter(isMarked).map { "network \($0)" }
        return try await found + volumes().filter(isMarked).map { "volume \($0)" }
    }

    /// The volumes of all pools, with one program however many pools other tests have. One of them may stop meanwhile.
    private func volumes() async throws -> [String] {
        let listings = try await virsh("pool-list", "--name").map { "vol-list \($0)" }
        guard !listings.isEmpty else { return [] }
        let call = ToolInvocation("virsh", ["--quiet", "--connect", uri, listings.joined(separator: "; ")])
        return Self.lines(try await SystemToolRunner().run(call).text)
    }

    /// Bridges: their names have room for the first 8 digits of the project's id, and begin with them after `lv`.
    package func links() throws -> [String] {
        try HostFiles.list("/sys/class/net").filter { link in bridges.contains { link.hasPrefix($0) } }.map {
            "link \($0)"
        }
    }

    /// Rules of libvirt's that speak of a bridge of the project; to see them one has to be root.
    package func rules() async throws -> [String] {
        guard geteuid() == 0 else { return [] }
        var found: [String] = []
        for tool in ["iptables-save", "ip6tables-save"] where ToolPath.find(tool) != nil {
            let outcome = try await SystemToolRunner().run(ToolInvocation(tool, []))
            found += Self.lines(outcome.text).filter { rule in bridges.contains { rule.contains($0) } }
                .map { "rule \($0)" }
        }
        return found
    }

    /// Definitions, NVRAM, saved memory, disks, seeds, leases, logs.
    package func files() async throws -> [String] {
        // directories of this program's own are walked by a program that is quick even where this one was built to be debugged
        let names = marks.flatMap { ["-o", "-name", "*\($0)*"] }.dropFirst()
        let call = ToolInvocation(
            "find", directories.map(\.string) + ["-maxdepth", "6", "("] + names + [")"])
        // what goes meanwhile is an error to it; libvirt never removes the number of a dnsmasq that it has ended
        let numbers = ["/run/libvirt/network/"] + directories.map { "\($0)/run/network/" }
        return Self.lines(try await SystemToolRunner().run(call).text)
            .filter { file in !numbers.contains(where: file.hasPrefix) }.map { "file \($0)" }
    }

    /// QEMU, dnsmasq, relays, swtpm and whoever else was given a mark, as an argument or in the environment.
    package func processes() async throws -> [String] {
        let others = try HostFiles.list("/proc").compactMap { pid_t($0) }.filter { $0 != getpid() }
        let patterns = marks.flatMap(Self.spellings).flatMap { ["-e", $0] }
        let files = others.flatMap { ["/proc/\($0)/cmdline", "/proc/\($0)/environ"] }
        let call = ToolInvocation("grep", ["-lasF"] + patterns + ["--"] + files)
        let found = Set(
            Self.lines(try await SystemToolRunner().run(call).text)
                .compactMap { $0.split(separator: "/").dropFirst().first.flatMap { pid_t($0) } })
        return found.sorted().filter(ProcessTable.isRunning).map { "process \($0) \(name(of: $0))" }
    }

    private func name(of process: pid_t) -> String {
        text(of: FilePath("/proc/\(process)/comm")).filter { !$0.isNewline }
    }

    /// A mark as it is, and as the first or the second half of a UUID.
    private static func spellings(of mark: String) -> [String] {
        guard mark.utf8.count == 16 else { return [mark] }
        let (four, eight, twelve) = (mark.prefix(4), mark.prefix(8), mark.dropFirst(4))
        return [
            mark, "\(eight)-\(mark.dropFirst(8).prefix(4))-\(mark.dropFirst(12))", "\(four)-\(twelve)",
        ]
    }

    private func virsh(_ arguments: String...) async throws -> [String] {
        let call = ToolInvocation("virsh", ["--quiet", "--connect", uri] + arguments)
        let outcome = try await SystemToolRunner().run(call)
        guard outcome.status == 0 else { throw Failure(description: "\(call): \(outcome.complaint)") }
        return Self.lines(outcome.text)
    }

    /// The lines that hold something, without the blanks that virsh fills columns up with.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }.filter { !$0.isEmpty }
    }

    private func isMarked(_ text: String) -> Bool {
        let plain = text.filter { $0 != "-" }  // those of a UUID come between the digits
        return marks.contains { plain.contains($0) }
    }

    private func text(of file: FilePath) -> String {
        let bytes = (try? HostFiles.read(file)) ?? nil  // a process's file goes with the process
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
