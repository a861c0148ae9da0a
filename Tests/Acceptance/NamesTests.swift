import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// The names that machines and this host have for machines, as these come, move and go.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct NamesTests {
    private static func envfile(_ subnet: String, db: String) -> String {
        """
        version: 1
        name: named
        networks: { back: { subnet: \(subnet) } }
        defaults: { box: $BOX, networks: [back] }
        machines:
          web:
          db: { hostname: data, networks: [{ name: back, ip: \(db) }] }

        """
    }

    private func addresses(of name: String, in project: AcceptanceProject) async throws -> String {
        let outcome = try await project.devenv("ssh", "web", "-c", "getent ahostsv4 \(name) | grep STREAM")
        return String(outcome.text.split(separator: " ").first ?? "")
    }

    @Test func runningMachinesKnowWhoIsThere() async throws {
        let subnet = TestSubnet.unused(in: TestSubnet.containers)
        let stem = subnet.gateway.description.split(separator: ".").dropLast().joined(separator: ".")
        try await AcceptanceProject.with(Self.envfile(subnet.description, db: stem + ".20")) { project in
            try await project.expect("up", "web")
            let first = try await project.said("stat -c %Y /proc/1; grep -c data /etc/hosts || :", in: "web")
            #expect(first.hasSuffix("\n0\n"), "\(first)")
            try await project.expect("up", "db")
            #expect(try await addresses(of: "data", in: project) == stem + ".20")
            #expect(try await addresses(of: "db", in: project) == stem + ".20")

            try project.write(Self.envfile(subnet.description, db: stem + ".30"), to: "Envfile")
            try await project.expect("up", "db")
            #expect(try await addresses(of: "db", in: project) == stem + ".30")
            #expect(try await project.said("ping -c 1 -W 10 data >/dev/null && echo there", in: "web") == "there\n")
            #expect(first.hasPrefix(try await project.said("stat -c %Y /proc/1", in: "web")), "it was not restarted")

            try project.write("127.0.0.1 localhost\n", to: "hosts")
            try await project.expect("hosts", "--write", "--in", "hosts")
            #expect(try project.read("hosts").contains("\n\(stem).30 data db db.named\n"))
            try await project.expect("hosts", "--remove", "--in", "hosts")
            #expect(try project.read("hosts") == "127.0.0.1 localhost\n")

            // its address stays its own while it is halted, and goes with it
            try await project.expect("halt", "db")
            #expect(try await project.expect("hosts").text.split(separator: "\n").count == 1)
            #expect(try await addresses(of: "db", in: project) == stem + ".30")
            try await project.expect("destroy", "-f", "db")
            #expect(try await addresses(of: "db", in: project) == "")
            #expect(try await project.expect("plan", "web").text.hasPrefix("Nothing to do"))
        }
    }
}
