import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import Glibc
import SystemPackage
import Testing

@Suite struct SpeedTests {
    /// Ten times the machines must not take much more than ten times as long; the bound is loose enough for a busy machine
    /// and far below the hundred times of anything quadratic.
    @Test(arguments: [written, counted, mistaken])
    func tenTimesTheMachinesTakeAboutTenTimesAsLong(_ make: @Sendable (Int) -> String) {
        let few = time(make(100))
        let many = time(make(1_000))
        #expect(many < few * 40)
    }

    private static let written: @Sendable (Int) -> String = { count in
        "version: 1\ndefaults: {box: debian/12, memory: 512MiB}\nmachines:\n"
            + (1...count).map {
                "  m\($0):\n    cpus: 2\n    depends_on: [\($0 == 1 ? "" : "m\($0 - 1)")]\n"
                    + "    forward: [{host: \(10_000 + $0), guest: 80}]\n"
                    + "    provision:\n      - shell: {inline: echo, env: {NAME: \"${machine.name}\"}}\n"
            }.joined()
    }

    private static let counted: @Sendable (Int) -> String = { count in
        "version: 1\nmachines:\n  m: {count: \(count), box: debian/12, message: \"${machine.ip}\", sync: [bin:/srv]}\n"
    }

    private static let mistaken: @Sendable (Int) -> String = { count in
        "version: 1\nmachines:\n" + (1...count).map { "  m\($0): {cpsu: 2, memory: 5, depends_on: [x]}\n" }.joined()
    }

    private func time(_ text: String) -> Duration {
        let source = SourceText(name: "Envfile", text)
        return (0..<3).map { _ in
            let start = processorTime
            _ = EnvfileLoader.load(source, directory: "/usr")
            return processorTime - start
        }.min() ?? .zero
    }

    /// What this thread has used of a processor: on a busy machine it waits, but does not work more.
    private var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
