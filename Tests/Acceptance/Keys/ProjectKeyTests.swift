import DevenvHost
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// Keys at the top of an Envfile, and what machines are called by.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ProjectKeyTests {
    static let envfile = """
        version: 1
        include: team/base.yaml
        name: shop
        vars: { kind: own }
        machines:
          db: { groups: !append [back] }
          web:
            primary: true
            message: |
              ${machine.name} of ${project.name} is www.${var.domain}
              The ${var.kind} one of ${machine.index}: ${machine.ip}
            hostname: www.${var.domain}
        """
    static let base = """
        vars: { domain: shop.test, kind: team's }
        networks: { default: { subnet: $SUBNET } }
        defaults: { box: $BOX, groups: [all] }
        """

    @Test func whatATeamIncludesIsLaidUnderAndMachinesAnswerToTheirNames() async throws {
        let subnet = TestSubnet.unused(in: TestSubnet.containers).description
        let files = ["team/base.yaml": Self.base.replacing("$SUBNET", with: subnet)]
        try await AcceptanceProject.with(Self.envfile, files: files) { project in
            let up = try await project.expect("up").errors
            let address = try await project.said("hostname -I", in: "web").split(separator: " ").first ?? ""
            #expect(up.contains("web: web of shop is www.shop.test\nweb: The own one of 1: \(address)\n"), "\(up)")
            #expect(!address.isEmpty && !up.contains("db: ") && !up.contains("web: \n"), "\(up)")
            #expect(try await project.said("hostname") == "www.shop.test\n", "the primary one is meant")
            #expect(try await project.said("getent hosts www.shop.test web", in: "db").contains("\(address) "))
            let all = try await project.expect("exec", "@all", "--", "hostname").text
            #expect(all.contains("www.shop.test") && all.split(separator: "\n").count == 2, "\(all)")
            let back = try await project.expect("exec", "@back", "--", "hostname").text
            #expect(back.contains("db") && back.split(separator: "\n").count == 1, "\(back)")
        }
    }

    static func blocks(_ accelerator: String, _ memory: String) -> String {
        """
        version: 1
        machines:
          one:
            box: $BOX
            provider: container
            libvirt: { accelerator: \(accelerator) }
            virtualbox: { video_memory: \(memory) }
        """
    }

    /// Nothing is made of them, but whoever uses that provider some day would run into the mistake.
    @Test func blocksOfProvidersThatAreNotUsedAreCheckedAndOtherwiseIgnored() async throws {
        try await AcceptanceProject.with(Self.blocks("fast", "1000")) { project in
            let refused = try await project.expect("validate", status: 2)
            #expect(refused.errors.contains("Envfile:6:29: error:"), "\(refused.errors)")
            #expect(refused.errors.contains("Envfile:7:33: error:"), "\(refused.errors)")
            try project.write(Self.blocks("tcg", "16"), to: "Envfile")
            try await project.expect("validate")
            let plan = try await project.expect("plan", "--json", status: 10).text
            #expect(plan.contains("create") && !plan.contains("tcg"), "\(plan)")
        }
    }

    static func catalog(_ key: String) -> String {
        """
        version: 1
        catalogs: [{ location: www, key: \(key) }]
        machines: { one: { box: team/tree, provider: container } }
        """
    }

    @Test(.requires(tool: "ssh-keygen", "zstd", "python3"))
    func aCatalogOfTheProjectIsFoundBesideItAndMustHaveItsKey() async throws {
        try await CatalogPlace.with { place in
            var keys: [String] = []
            for name in ["right", "wrong"] {
                try await place.tool(
                    "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place.directory.path.appending(name).string)
                keys.append(
                    try #require(try place.directory.read(name + ".pub")).split(separator: " ")[..<2].joined(
                        separator: " "))
            }
            try await place.publishTree("1.0", "--key", "right")
            for (key, status) in zip(keys, [10, 1]) {
                try place.directory.write(Self.catalog(key), to: "Envfile")
                let plan = try await place.run("plan")
                #expect(plan.status == status, "\(plan.transcript)")
                #expect(
                    plan.transcript.contains(status == 10 ? "get team/tree 1.0" : "not signed as it must be"),
                    "\(plan.transcript)")
            }
        }
    }
}
