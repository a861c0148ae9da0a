import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

@Suite struct MachineFormTests {
    @Test(arguments: [
        ("8080:80", "127.0.0.1:8080 -> 80/tcp"), ("53:53/udp", "127.0.0.1:53 -> 53/udp"),
        ("0.0.0.0:8080:80", "0.0.0.0:8080 -> 80/tcp"), ("'127.0.0.2:1:65535/tcp'", "127.0.0.2:1 -> 65535/tcp"),
        ("{host: 5353, guest: 53, protocol: udp, address: 127.0.0.3}", "127.0.0.3:5353 -> 53/udp"),
    ])
    func forwardsTakeAllTheirForms(text: String, expected: String) throws {
        let loaded = loadMachine("forward: [\(text)]")
        #expect(loaded.problems == [])
        #expect(try loaded.machine("web").forwards.map(\.value.description) == [expected])
    }

    @Test func anAutomaticForwardSaysSo() throws {
        let loaded = loadMachine("forward: [{host: 8080, guest: 80, auto: true}, 81:81]")
        #expect(try loaded.machine("web").forwards.map(\.value.isAutomatic) == [true, false])
    }

    @Test(arguments: [
        ("bin:/srv", "/usr/bin", "/srv"), ("./bin/../lib:/srv/app", "/usr/lib", "/srv/app"), ("/etc:/x", "/etc", "/x"),
        (".:/", "/usr", "/"),
    ])
    func syncSplitsHostAndGuest(text: String, source: String, target: String) throws {
        let loaded = loadMachine("sync: [\(text)]")
        #expect(loaded.problems == [])
        let folder = try #require(loaded.machine("web").folders.first)
        #expect(folder.source.value.string == source)
        #expect(folder.target.string == target)
        #expect(folder.delete)
    }

    @Test func syncTakesItsLongForm() throws {
        let loaded = loadMachine(
            "sync: [{source: bin, target: /srv, exclude: '*.o', delete: false, owner: app, group: web, watch: true, "
                + "args: [--checksum]}]")
        #expect(loaded.problems == [])
        let folder = try #require(loaded.machine("web").folders.first)
        #expect(folder.exclude == ["*.o"])
        #expect(!folder.delete && folder.watch)
        #expect(folder.owner == "app" && folder.group == "web")
        #expect(folder.arguments == ["--checksum"])
        #expect(folder.direction == .push)
        let both = loadMachine("sync: [{source: bin, target: /srv, direction: both, args: [--checksum]}]")
        #expect(both.problems == [])
        #expect(try both.machine("web").folders.first?.direction == .both)
    }

    @Test func theHomeDirectoryIsTheUsers() throws {
        let loaded = loadMachine("ssh: {key: ~/.ssh/id, config: conf}", environment: ["HOME": "/home/me"])
        #expect(try loaded.machine("web").ssh.key == "/home/me/.ssh/id")
        #expect(try loaded.machine("web").ssh.config == "/usr/conf")
    }

    @Test func readyTakesAllItsProbes() throws {
        let loaded = loadMachine(
            """
            ready:
              - tcp: 5432
              - {http: /health, status: 204, timeout: 5s}
              - {http: "https://web.test/", interval: 1s}
              - shell: test "${HOME}" = "$${x}"
            """)
        #expect(loaded.problems == [])
        #expect(
            try loaded.machine("web").readyChecks == [
                ReadyCheck(.tcp(5_432)),
                ReadyCheck(.http(url: "/health", status: 204), timeout: .seconds(5)),
                ReadyCheck(.http(url: "https://web.test/", status: 200), interval: .seconds(1)),
                ReadyCheck(.shell("test \"${HOME}\" = \"$${x}\"")),
            ])
    }

    @Test func provisionersOfAnyKindAreTaken() throws {
        let loaded = loadMachine(
            """
            provision:
              - shell: apt-get update
              - {name: conf, file: {source: a, target: /b}, run: once, depends: shell-1, timeout: 5m}
              - ansible: {playbook: site.yml, verbose: 2}
            """)
        #expect(loaded.problems == [])
        let items = try loaded.machine("web").provisioners
        #expect(items.map(\.name.value) == ["shell-1", "conf", "ansible-3"])
        #expect(items.map(\.kind.value) == ["shell", "file", "ansible"])
        #expect(items.map(\.run) == [.changed, .once, .changed])
        #expect(items[0].options == OptionTree(.string("apt-get update")))
        #expect(items[1].depends.map(\.value) == ["shell-1"])
        #expect(items[1].timeout == .seconds(300))
        #expect(items[2].options["verbose"] == OptionTree(.integer(2)))
    }

    @Test func dependenciesAreAListOrAMap() throws {
        let loaded = load(
            """
            version: 1
            machines:
              a: {depends_on: [b]}
              b: {depends_on: {c: ready, d: created}}
              c: {count: 2, depends_on: d}
              d:
            """)
        #expect(loaded.problems == [])
        let graph = try #require(loaded.result.graph)
        #expect(graph.machines.map(\.name.value.rawValue) == ["d", "c-1", "c-2", "b", "a"])
        let name = MachineName(unchecked: "b")
        #expect(graph.edges[name]?.map { "\($0.target) \($0.condition)" } == ["c-1 ready", "c-2 ready", "d created"])
    }

    @Test func countNamesMachinesFromOne() throws {
        let loaded = load(
            "version: 1\nmachines: {a: {count: 1}, b: {count: 3, hostname: \"b${machine.index}.test\"}, c: }")
        let machines = try #require(loaded.result.envfile?.machines)
        #expect(machines.map(\.name.value.rawValue) == ["a-1", "b-1", "b-2", "b-3", "c"])
        #expect(machines.map(\.family) == ["a", "b", "b", "b", "c"])
        #expect(machines.map(\.index) == [1, 1, 2, 3, 1])
        #expect(machines.map(\.hostname) == ["a-1", "b1.test", "b2.test", "b3.test", "c"])
    }

    @Test func defaultsGiveWhatAMachineDoesNotSay() throws {
        let loaded = load(
            """
            version: 1
            defaults: {memory: 512MiB, cpus: 2, groups: [all], container: {privileged: false, limits: {a: 1, b: 2}}}
            machines:
              a:
              b: {memory: 1GiB, groups: !append [web], container: {limits: {b: 3}}, cpus: null}
              c: {groups: [db]}
            """)
        #expect(loaded.problems == [])
        let (a, b, c) = try (loaded.machine("a"), loaded.machine("b"), loaded.machine("c"))
        #expect(a.memory == ByteCount(bytes: 512 << 20) && b.memory == ByteCount(bytes: 1 << 30))
        #expect(a.cpus == 2 && b.cpus == nil)
        #expect([a.groups, b.groups, c.groups] == [["all"], ["all", "web"], ["db"]])
        let limits = b.providerOptions[ProviderName(unchecked: "container")]?["limits"]
        #expect(limits == OptionTree(.map([entry("a", 1), entry("b", 3)])))
    }

    @Test func everythingElseOfAMachineArrives() throws {
        let loaded = loadMachine(
            """
            box: debian/12@~> 12.0
            provider: [container, libvirt]
            disk: 20GB
            groups: web
            primary: true
            autostart: false
            ssh: {user: dev, port: 2222, forward_agent: true}
            boot_timeout: 1.5m
            stop_timeout: 500ms
            message: it runs at ${machine.ip}
            """)
        #expect(loaded.problems == [])
        let machine = try loaded.machine("web")
        #expect(machine.box?.value == .named("debian/12", constraint: VersionConstraint(parsing: "~> 12.0")))
        #expect(machine.providers.map(\.value.rawValue) == ["container", "libvirt"])
        #expect(machine.disk == ByteCount(bytes: 20_000_000_000))
        #expect(machine.groups == ["web"])
        #expect(machine.isPrimary && !machine.autostart)
        #expect(machine.ssh == SSHSettings(user: "dev", port: 2_222, forwardAgent: true))
        #expect(machine.bootTimeout == .seconds(90) && machine.stopTimeout == .milliseconds(500))
        #expect(try machine.message == "it runs at \(#require(machine.interfaces.first).address)")
    }

    @Test func theTopOfTheFileArrives() throws {
        let loaded = load(
            """
            version: 1
            name: shop
            provider: container
            catalogs: [https://boxes.example.com/catalog.json, ./boxes]
            secrets: {a: {env: TOKEN}, b: {file: key.txt}, c: {command: [pass, show, x]}}
            networks: {back: {subnet: 10.60.0.0/24}, spare: }
            x-anchors: [&m {box: debian/12}]
            machines: {web: *m}
            """)
        #expect(loaded.problems == [])
        let envfile = try #require(loaded.result.envfile)
        #expect(envfile.name.rawValue == "shop")
        #expect(envfile.path == "/usr/Envfile" && envfile.directory == "/usr")
        #expect(envfile.providers.map(\.value.rawValue) == ["container"])
        #expect(envfile.catalogs.map(\.value.location) == ["https://boxes.example.com/catalog.json", "./boxes"])
        #expect(
            envfile.secrets.mapValues(\.value) == [
                "a": .environment("TOKEN"), "b": .file("/usr/key.txt"), "c": .command(["pass", "show", "x"]),
            ])
        #expect(envfile.networks.map(\.name.rawValue) == ["back", "spare", "default"])
        #expect(envfile.networks.map { $0.subnet == nil } == [false, true, false])
        #expect(try loaded.machine("web").box?.value == .named("debian/12", constraint: nil))
    }

    private func entry(_ key: String, _ value: Int) -> OptionTree.Entry {
        OptionTree.Entry(key: Located(key), value: OptionTree(.integer(value)))
    }
}
