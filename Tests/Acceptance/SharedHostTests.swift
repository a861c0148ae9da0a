import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Projects that share a host.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct SharedHostTests {
    private static func envfile(_ name: String, _ forward: String) -> String {
        "version: 1\nname: \(name)\nmachines: { web: { box: $BOX, forward: [\(forward)] } }\n"
    }

    private func ports(_ project: AcceptanceProject) async throws -> [Int] {
        let text = try await project.expect("port", "web", "--guest", "22").text
        return text.split(separator: "\n").compactMap { Int($0) }
    }

    @Test func twoProjectsNeverHaveOnePort() async throws {
        let port = Int(try LoopbackPort.free())
        let automatic = "{ host: \(port), guest: 22, auto: true }"
        try await AcceptanceProject.with(Self.envfile("first", "\"\(port):22\"")) { first in
            try await AcceptanceProject.with(Self.envfile("second", automatic)) { second in
                try await first.expect("up")
                try await second.expect("up")
                let chosen = try #require(try await ports(second).first)
                #expect(chosen > port)
                try await AcceptanceProject.with(Self.envfile("third", "\"\(chosen):22\"")) { third in
                    let refused = try await third.expect("up", status: 1)
                    #expect(refused.errors.contains("it leads into machine 'web' of the project 'second'"))
                    // once that one is halted its port is free for whoever insists on it, and it takes another
                    try await second.expect("halt")
                    try await third.expect("up")
                    try await second.expect("up")
                    let other = try await ports(second)
                    #expect(!other.isEmpty && !other.contains(chosen) && !other.contains(port))
                }
            }
        }
    }

    /// The index tells them of each other, and where both have reserved before either runs, the rules of the host do.
    @Test func ofTwoProjectsThatWantOnePortAtOnceOneGetsIt() async throws {
        let port = Int(try LoopbackPort.free())
        try await AcceptanceProject.with(Self.envfile("first", "\"\(port):22\"")) { first in
            try await AcceptanceProject.with(Self.envfile("second", "\"\(port):22\"")) { second in
                async let one = first.devenv("up")
                async let other = second.devenv("up")
                let outcomes = try await [one, other]
                #expect(outcomes.map(\.status).sorted() == [0, 1], "\(outcomes.map(\.transcript))")
                let refused = try #require(outcomes.first { $0.status == 1 })
                #expect(refused.errors.contains("\(port)") && refused.errors.contains("'web'"), "\(refused.errors)")

                for (project, name) in [(first, "first"), (second, "second")] {
                    try await project.expect("halt")
                    let automatic = "{ host: \(port), guest: 22, auto: true }"
                    try project.write(Self.envfile(name, automatic), to: "Envfile")
                }
                async let again: ToolOutcome = first.expect("up")
                async let besides: ToolOutcome = second.expect("up")
                _ = try await (again, besides)
                let ports = try await [self.ports(first), self.ports(second)].compactMap(\.first)
                #expect(Set(ports).count == 2 && ports.contains(port), "\(ports)")
            }
        }
    }
}
