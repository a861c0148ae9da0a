import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

/// A project whose machine `web` has the folder `src` in `/srv/app`.
struct LiveProject: Sendable {
    private let project: AcceptanceProject

    init(_ project: AcceptanceProject) { self.project = project }

    private var source: FilePath { project.directory.appending("src") }

    /// The processes that watch: the one that starts the other again comes first.
    func processes() throws -> [pid_t] {
        let all = ProcessTable.processes(withArgument: "live-watch").filter { process in
            let line = (try? HostFiles.read(FilePath("/proc/\(process)/cmdline"))) ?? nil
            return String(decoding: line ?? [], as: UTF8.self).contains(project.directory.string)
        }
        return all.sorted { getsid($0) == $0 && getsid($1) != $1 }
    }

    /// Sends a signal to the process that watches, or to all that belongs to it.
    func kill(_ signal: Int32, whole: Bool) throws {
        let processes = try processes()
        try #require(processes.count >= 2)
        for process in whole ? processes : Array(processes.dropFirst()) { Glibc.kill(process, signal) }
    }

    /// Runs a script in the folder and gives what it writes.
    @discardableResult
    func sh(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        let outcome = try await SystemToolRunner().run(ToolInvocation("sh", ["-c", script], directory: source))
        #expect(outcome.status == 0, "\(script): \(outcome.transcript)", sourceLocation: sourceLocation)
        return outcome.text
    }

    /// Waits until `status` says this of the folder.
    func expectState(_ state: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("the folder is \(state)", sourceLocation: sourceLocation) {
            try await project.devenv("status", "web").text.contains("/srv/app \(state)")
        }
    }

    /// Waits until a file in the machine has a content.
    func expectArrival(
        of content: String, in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("'\(content)' arrives", sourceLocation: sourceLocation) {
            try await project.devenv("exec", "web", "--", "cat", "/srv/app/\(name)").text.contains(content)
        }
    }

    /// Waits until both trees hold the same.
    func expectEqual(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let list = "find . -path ./.devenv -prune -o ! -type d -exec cksum {} + | sort"
        let outside = try await sh(list)
        try await eventually(what, sourceLocation: sourceLocation) {
            let inside = try await project.devenv("ssh", "web", "-c", "cd /srv/app && \(list)").text
            return inside == outside
        }
    }

    /// How often changes were sent, and everything was compared, since the process was started.
    func transfers() async throws -> (transfers: Int, comparisons: Int) {
        let text = try await project.expect("status", "web", "--json").text
        func number(_ key: String) -> Int {
            let rest = text.split(separator: "\"\(key)\" : ").last ?? ""
            return Int(rest.prefix { $0.isNumber }) ?? -1
        }
        return (number("transfers"), number("comparisons"))
    }
}
