import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import DevenvYAML
import LibvirtProvider
import SystemPackage
import Testing

/// What cloud-init reads, as a parser of YAML 1.1 understands it.
@Suite struct CloudDataTests {
    private static let hostile = "ssh-ed25519 AAAA it's \"me\": #1 \\ \u{1F600}\u{85}\u{7F}\u{2028}\t- &a *b %"

    @Test func keysAndNamesArriveByteForByte() throws {
        let access = Sample.access(user: "dev", keys: [Self.hostile, "second"])
        let seed = Seed(request: Sample.request(access: access), scope: .system)
        let data = try Self.read(seed, "user-data")
        #expect(data["ssh_authorized_keys"]?.texts == [Self.hostile, "second"])
        #expect(data["ssh_keys"]?["ed25519_private"]?.text == Sample.access.hostKey.secret)
        #expect(data["ssh_keys"]?["ed25519_public"]?.text == Sample.access.publicHostKey)
        #expect(data["user"]?["name"]?.text == "dev" && data["users"]?.texts == ["default"])
        #expect(data["ssh_pwauth"]?.text == "false" && data["disable_root"]?.text == "true")
        #expect(data["hostname"]?.text == "web" && data["manage_etc_hosts"]?.text == "false")
        #expect(seed.text("user-data")?.hasPrefix("#cloud-config\n") == true)
    }

    @Test func aNameWithDotsIsTakenWhole() throws {
        let request = Sample.request { $0.hostname = "web.shop.test" }
        let data = try Self.read(Seed(request: request, scope: .system), "user-data")
        #expect(data["hostname"]?.text == "web.shop.test" && data["fqdn"]?.text == "web.shop.test")
        #expect(data["prefer_fqdn_over_hostname"]?.text == "true")
        let plain = try Self.read(Seed(request: Sample.request(), scope: .system), "user-data")
        #expect(plain["fqdn"] == nil && plain["prefer_fqdn_over_hostname"] == nil)
    }

    @Test func rootIsNoUserToBeMade() throws {
        let seed = Seed(request: Sample.request(access: Sample.access(user: "root")), scope: .system)
        let data = try Self.read(seed, "user-data")
        #expect(data["user"] == nil && data["users"]?.texts == [] && data["disable_root"]?.text == "false")
    }

    @Test func interfacesAreFoundByTheirMACs() throws {
        let request = Sample.request {
            $0.interfaces.append(Sample.interface(NetworkName(unchecked: "b"), number: 1, isInternal: true))
        }
        let system = try Self.read(Seed(request: request, scope: .system), "network-config")["ethernets"]
        #expect(system?["eth0"]?["match"]?["macaddress"]?.text == "02:dd:0a:3c:00:0a")
        #expect(system?["eth0"]?["dhcp4"]?.text == "true" && system?["eth0"]?["dhcp4-overrides"] == nil)
        #expect(system?["eth1"]?["dhcp4-overrides"]?["use-routes"]?.text == "false")
        #expect(system?["eth2"] == nil)
        let session = try Self.read(Seed(request: request, scope: .session), "network-config")["ethernets"]
        #expect(session?["eth0"]?["dhcp4"]?.text == "true")
        #expect(session?["eth1"]?["match"]?["macaddress"]?.text == "02:dd:0a:3c:00:0a")
        #expect(session?["eth1"]?["addresses"]?.texts == ["10.60.0.10/24"] && session?["eth1"]?["dhcp4"] == nil)
    }

    @Test func theCardOfAUserHasTheMACThatTheDomainHas() throws {
        let request = Sample.request()
        let host = HostAbilities(virtualization: .qemu, scope: .session)
        let domain = DomainDescription(request: request, options: LibvirtOptions(), host: host, files: Sample.files)
        let mac = try domain.xml["devices", "interface", "mac"]?[attribute: "address"]
        let data = try Self.read(Seed(request: request, scope: .session), "network-config")
        #expect(data["ethernets"]?["eth0"]?["match"]?["macaddress"]?.text == mac)
    }

    @Test(arguments: [
        ("127.0.0.1 localhost\n", "127.0.0.1 localhost\n"), ("127.0.0.1 localhost", "127.0.0.1 localhost\n"),
        ("a\n# devenv: the project's machines\nold\n# devenv: end\nb\n", "a\nb\n"),
    ])
    func namesAreAddedToTheHostsFileOnce(before: String, kept: String) async throws {
        let data = try Self.read(Seed(request: Sample.request(), scope: .system), "user-data")
        guard case .sequence(let commands)? = data["bootcmd"]?.content, let words = commands.first?.texts else {
            Issue.record("no command")
            return
        }
        try await TemporaryDirectory.with { directory in
            let file = try directory.write(before, to: "hosts")
            let arguments = words.dropFirst().map { $0.replacing("/etc/hosts", with: file.string) }
            for _ in 0..<2 {
                let outcome = try await SystemToolRunner().run(ToolInvocation(words[0], Array(arguments)))
                #expect(outcome.status == 0, "\(outcome.complaint)")
            }
            let block = "# devenv: the project's machines\n10.60.0.10 web\n# devenv: end\n"
            #expect(try directory.read("hosts") == kept + block)
        }
    }

    private static func read(_ seed: Seed, _ path: String) throws -> YAMLNode {
        var diagnostics: [Diagnostic] = []
        let text = try #require(seed.text(path))
        let node = YAMLReader.read(SourceText(name: path, text), reporting: &diagnostics)
        #expect(diagnostics == [])
        return try #require(node)
    }
}

extension YAMLNode {
    fileprivate var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }

    fileprivate var texts: [String]? {
        guard case .sequence(let items) = content else { return nil }
        return items.compactMap(\.text)
    }
}
