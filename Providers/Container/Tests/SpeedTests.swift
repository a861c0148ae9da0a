import ContainerProvider
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import Testing

@Suite(.requires(tool: "runc"), .requiresRoot, .serialized, .enabled(if: getenv("DEVENV_SPEED") != nil))
struct SpeedTests {
    @Test func measure() async throws {
        try await ContainerFixture.with { fixture in
            var rows: [[Duration]] = []
            for i in 0..<12 {
                let web = fixture.request(
                    "web\(i)", address: 10 + UInt32(i),
                    forwards: i % 2 == 0 ? [] : [PortForward(host: 18080, guest: 80)])
                let clock = ContinuousClock()
                let a = clock.now
                _ = try await fixture.provider.create(web)
                let b = clock.now
                _ = try await fixture.provider.start(web)
                let c = clock.now
                var outcome = try await SystemToolRunner().run(fixture.keys.ssh(web.spec.interfaces[0].address, "true"))
                while outcome.status == 255 {
                    outcome = try await SystemToolRunner().run(fixture.keys.ssh(web.spec.interfaces[0].address, "true"))
                }
                let d = clock.now
                _ = try await fixture.observation(of: web)
                let e = clock.now
                if i % 3 == 0 {
                    try await fixture.provider.stop(web.recorded, grace: .seconds(10))
                } else {
                    try await fixture.provider.stop(web.recorded, grace: .zero)
                }
                let f = clock.now
                try await fixture.provider.destroy(web.recorded)
                let g = clock.now
                let row = [b - a, c - b, d - c, d - a, e - d, f - e, g - f]
                rows.append(row)
                print(
                    i,
                    row.map { "\(Double($0.components.attoseconds / 1_000_000_000_000) / 1000)" }.joined(
                        separator: "  "))
            }
            for (n, name) in ["create", "start", "ssh", "up", "observe", "stop", "destroy"].enumerated() {
                let sorted = rows.map { $0[n] }.sorted()
                print("\(name): median \(sorted[sorted.count / 2]) min \(sorted[0])")
            }
        }
    }
}
