import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Projects of one host that share a network, and one that does not.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct SharedNetworkTests {
    private static let name = "lab-" + SecureRandom.hexadecimal(digits: 8)

    static func envfile(_ project: String, shared: Bool = true, attachment: String? = nil) -> String {
        """
        version: 1
        name: \(project)
        networks: { \(name): { shared: \(shared) } }
        machines: { web: { box: $BOX, networks: [\(attachment ?? name)] } }

        """
    }

    private func address(_ project: AcceptanceProject) async throws -> String {
        let said = try await project.said("hostname -I", in: "web")
        return String(said.split(whereSeparator: \.isWhitespace).first ?? "")
    }

    private func reaches(_ project: AcceptanceProject, _ address: String) async throws -> Bool {
        let wait = "ping -c 1 -W 2 \(address) >/dev/null && echo there || echo not there"
        return try await project.said(wait, in: "web") == "there\n"
    }

    private static func links() async throws -> [Substring] {
        let links = try await SystemToolRunner().run(ToolInvocation("ip", ["-details", "link"])).text
        return links.split(separator: "\n").filter { $0.contains(":\(name):") }
    }

    @Test func projectsReachEachOtherOnANetworkThatTheyShareAlone() async throws {
        try await AcceptanceProject.with(Self.envfile("alpha")) { alpha in
            try await AcceptanceProject.with(Self.envfile("beta")) { beta in
                try await AcceptanceProject.with(Self.envfile("gamma", shared: false)) { gamma in
                    async let first: ToolOutcome = alpha.expect("up")
                    async let second: ToolOutcome = beta.expect("up")
                    async let third: ToolOutcome = gamma.expect("up")
                    _ = try await (first, second, third)
                    let (one, other) = (try await address(alpha), try await address(beta))
                    #expect(one != other && one.dropLast(2) == other.dropLast(2), "\(one) and \(other)")
                    let (there, back) = (try await reaches(alpha, other), try await reaches(beta, one))
                    #expect(there && back)
                    let stranger = try await address(gamma)
                    let (out, within) = (try await reaches(alpha, stranger), try await reaches(gamma, one))
                    #expect(!out && !within)
                    try await expectCollisionsAreRefused(beta, with: one)
                }
                // it stays for as long as a machine is on it
                try await alpha.destroyWhole()
                #expect(
                    try await beta.said("ping -c 1 -W 10 $(hostname -I) >/dev/null && echo up", in: "web") == "up\n")
                #expect(try await Self.links().count == 1)
            }
        }
        #expect(try await Self.links() == [])
    }

    private func expectCollisionsAreRefused(_ beta: AcceptanceProject, with address: String) async throws {
        let taken = "{ name: \(Self.name), ip: \(address) }"
        try beta.write(Self.envfile("beta", attachment: taken), to: "Envfile")
        let refused = try await beta.expect("validate", status: 2)
        #expect(
            refused.errors.contains("'alpha/web' has the address \(address) in the shared network '\(Self.name)'"),
            "\(refused.errors)")
        let declared = "{ shared: true, subnet: 10.254.253.0/24, internal: true }"
        let other = Self.envfile("beta").replacing("{ shared: true }", with: declared)
        try beta.write(other, to: "Envfile")
        let differs = try await beta.expect("up", status: 2).errors
        #expect(differs.contains("is not internal in the project 'alpha'"), "\(differs)")
        #expect(differs.contains("/24 in the project 'alpha'") && differs.contains("Envfile:3:"), "\(differs)")
    }
}
