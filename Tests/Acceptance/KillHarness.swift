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
    /// A VirtualBox of its own.
    var virtualBox: VirtualBoxHome?
    /// Which of the points it is about, by how their names begin.
    var room = ""
    /// Whether there are systems in the machines, which answer. Of others a command that waits for them says in the end that they
    /// don't.
    var hasSystems = true
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
            #expect(isDone(outcome) || outcome.status == 130, "interrupted at \(point): \(outcome.transcript)")
            try await complete(project, after: "an interruption at \(point)")
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
            #expect(endings.count > (room.isEmpty ? 5 : 3), "\(endings)")
            let rounds = (0..<max(beginnings.count, endings.count)).map {
                (beginnings[$0 % beginnings.count], endings[$0 % endings.count])
            }
            for (beginning, ending) in share.part(of: rounds) {
                try await kill(["up"], at: beginning, in: project)
                try await complete(project, after: beginning)
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

    /// What a machine lives through after its first start.
    struct Chapter: Sendable {
        let command: [String]
        /// Which of its points it is about, by how their names begin; all where there is none.
        var rooms: [String] = []
        /// Brings the project where the command begins, before each of so many times.
        var before: @Sendable (AcceptanceProject, _ time: Int) async throws -> Void = { _, _ in }
    }

    /// Whatever point of whatever chapter a command is killed at, the next `up` completes the machine.
    func upCompletesWhatAKillLeft(in chapters: [Chapter]) async throws {
        try await project { project in
            try await complete(project, after: "nothing")
            for chapter in chapters {
                try await chapter.before(project, 0)
                let points = try await points(of: chapter.command, in: project).filter { point in
                    chapter.rooms.isEmpty || chapter.rooms.contains { point.hasPrefix($0) }
                }
                #expect(!points.isEmpty, "\(chapter.command)")
                try await complete(project, after: "\(chapter.command)")
                for (time, point) in zip(1..., points) {
                    try await chapter.before(project, time)
                    try await kill(chapter.command, at: point, in: project)
                    try await complete(project, after: "\(chapter.command) at \(point)")
                }
            }
            try await destroy(project, after: "all")
        }
    }

    private func complete(_ project: AcceptanceProject, after what: String) async throws {
        let completed = try await project.devenv("up")
        #expect(isDone(completed), "up after \(what): \(completed.transcript)")
        try await holds(project, what)
    }

    /// Whether a command has done everything.
    private func isDone(_ outcome: ToolOutcome) -> Bool {
        outcome.status == 0 || !hasSystems && outcome.hasDoneAllButLogIn
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
        try await AcceptanceProject.with(
            envfile, files: files, home: home, libvirt: libvirt, virtualBox: virtualBox, body)
    }

    private func destroy(_ project: AcceptanceProject, after point: String, _ marks: [String]? = nil)
        async throws
    {
        let left = try marks ?? project.marks()
        let destroyed = try await project.devenv("destroy", "-f")
        #expect(destroyed.status == 0, "destroy after a kill at \(point): \(destroyed.transcript)")
        // the process of a machine that the killed command has switched off and removed may take a moment to end
        if let virtualBox { try await eventually("its machines' processes end") { virtualBox.machines.isEmpty } }
        try await project.expectNothingLeft(of: left)
        guard let virtualBox else { return }
        #expect(try await virtualBox.content() == [], "destroy after a kill at \(point)")
        #expect(try Leftovers.ofVirtualBox(below: project.binary.home) == [], "destroy after a kill at \(point)")
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
        #expect(isDone(outcome), "\(outcome.transcript)")
        let names = String(decoding: try HostFiles.read(trace) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
        try HostFiles.remove(trace)
        var visits: [String: Int] = [:]
        return names.map { name in
            visits[name, default: 0] += 1
            return "\(name)#\(visits[name, default: 1])"
        }.filter { $0.hasPrefix(room) }
    }
}
