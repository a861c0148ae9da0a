import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Ends the program at every point between two effects that a run passes, and requires that the next command completes what
/// was begun and that a destroy leaves nothing.
struct KillHarness: Sendable {
    /// The project.
    let envfile: String
    var files: [String: String] = [:]
    /// Whose boxes it uses.
    var home = AcceptanceHome.shared
    /// A libvirt of its own.
    var libvirt: PrivateLibvirt?
    /// Which of the points are its own, where several tests share the work: the first of so many, and so on.
    var share = Share(number: 0, of: 1)
    /// What is true of a project that is up.
    let holds: @Sendable (AcceptanceProject, _ point: String) async throws -> Void

    /// A part of the work.
    struct Share: Sendable {
        let number: Int
        let count: Int

        init(number: Int, of count: Int) {
            self.number = number
            self.count = count
        }

        /// What belongs to it.
        func part<Item>(of all: [Item]) -> [Item] {
            stride(from: number, to: all.count, by: count).map { all[$0] }
        }
    }

    /// The status of a program that SIGKILL ended.
    private static let killed = 128 + 9

    func anInterruptedUpCleansUpAndTheNextOneGoesOn() async throws {
        try await eachPoint(of: "up") { project, point in
            let outcome = try await project.binary.run(
                ["up"], in: project.directory, environment: ["DEVENV_FAULT": point, "DEVENV_FAULT_SIGNAL": "INT"])
            // one that comes when all is done is as good as none
            #expect([0, 130].contains(outcome.status), "interrupted at \(point): \(outcome.transcript)")
            let completed = try await project.devenv("up")
            #expect(completed.status == 0, "up after an interruption at \(point): \(completed.transcript)")
            try await project.destroyWhole()
        }
    }

    /// A machine that a killed `up` began is completed by the next; the `destroy` that then removes it is killed too, at each of
    /// its own points in turn, and completed.
    func upAndDestroyCompleteWhatAKillLeft() async throws {
        try await project { project in
            let beginnings = try await points(of: ["up"], in: project)
            let endings = try await points(of: ["destroy", "-f"], in: project)
            #expect(beginnings.count > 10, "\(beginnings)")
            #expect(endings.count > 5, "\(endings)")
            let rounds = (0..<max(beginnings.count, endings.count)).map {
                (beginnings[$0 % beginnings.count], endings[$0 % endings.count])
            }
            for (beginning, ending) in share.part(of: rounds) {
                try await kill(["up"], at: beginning, in: project)
                let completed = try await project.devenv("up")
                #expect(completed.status == 0, "up after a kill at \(beginning): \(completed.transcript)")
                try await holds(project, beginning)
                let left = try project.marks()
                try await kill(["destroy", "-f"], at: ending, in: project)
                try await destroy(project, after: ending, left)
            }
        }
    }

    func destroyRemovesWhatAKilledUpLeft() async throws {
        try await eachPoint(of: "up") { project, point in
            try await kill(["up"], at: point, in: project)
            try await destroy(project, after: point)
        }
    }

    private func eachPoint(
        of command: String, _ body: @Sendable (AcceptanceProject, String) async throws -> Void
    ) async throws {
        try await project { project in
            let points = try await points(of: [command], in: project)
            #expect(points.count > 10, "\(points)")
            try await project.destroyWhole()
            for point in share.part(of: points) { try await body(project, point) }
        }
    }

    private func project(_ body: @Sendable (AcceptanceProject) async throws -> Void) async throws {
        try await AcceptanceProject.with(envfile, files: files, home: home, libvirt: libvirt, body)
    }

    private func destroy(_ project: AcceptanceProject, after point: String, _ marks: [String]? = nil)
        async throws
    {
        let left = try marks ?? project.marks()
        let destroyed = try await project.devenv("destroy", "-f")
        #expect(destroyed.status == 0, "destroy after a kill at \(point): \(destroyed.transcript)")
        try await project.expectNothingLeft(of: left)
    }

    private func kill(_ arguments: [String], at point: String, in project: AcceptanceProject) async throws {
        let outcome = try await project.binary.run(
            arguments, in: project.directory, environment: ["DEVENV_FAULT": point])
        #expect(outcome.status == Self.killed, "\(point) was not reached: \(outcome.transcript)")
    }

    /// The points that a command passes, each with how often it was passed before.
    private func points(of arguments: [String], in project: AcceptanceProject) async throws -> [String] {
        let trace = project.directory.appending("trace")
        let outcome = try await project.binary.run(
            arguments, in: project.directory, environment: ["DEVENV_FAULT_TRACE": trace.string])
        #expect(outcome.status == 0, "\(outcome.transcript)")
        let names = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
        try HostFiles.remove(trace)
        var visits: [String: Int] = [:]
        return names.map { name in
            visits[name, default: 0] += 1
            return "\(name)#\(visits[name, default: 1])"
        }
    }
}
