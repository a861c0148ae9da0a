import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

/// Lines of a machine, and everything that is said of them.
struct Mistake: CustomTestStringConvertible {
    let lines: String
    let problems: [String]

    init(_ lines: String, _ problems: String...) {
        (self.lines, self.problems) = (lines, problems)
    }

    var testDescription: String { lines }
}

@Suite struct MachineMistakeTests {
    static let values = [
        Mistake(
            "memory: 1️⃣lots",
            "1️⃣ 'memory' must be a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB), not 'lots'"),
        Mistake(
            "memory: 1️⃣512",
            "1️⃣ 'memory' must be a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB), not '512'"),
        Mistake(
            "disk: 1️⃣-1GiB",
            "1️⃣ 'disk' must be a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB), not '-1GiB'"),
        Mistake("cpus: 1️⃣-3", "1️⃣ 'cpus' must be a whole number from 1 to 1024, not '-3'"),
        Mistake("cpus: 1️⃣two", "1️⃣ 'cpus' must be a whole number from 1 to 1024, not 'two'"),
        Mistake("cpus: 1️⃣'2'", "1️⃣ 'cpus' must be a whole number from 1 to 1024, not '2'"),
        Mistake("cpus: 1️⃣1.5", "1️⃣ 'cpus' must be a whole number from 1 to 1024, not '1.5'"),
        Mistake("cpus: 1️⃣[2]", "1️⃣ 'cpus' must be a whole number from 1 to 1024, not a list"),
        Mistake("autostart: 1️⃣yes", "1️⃣ 'autostart' must be true or false, not 'yes'"),
        Mistake("primary: 1️⃣1", "1️⃣ 'primary' must be true or false, not '1'"),
        Mistake("count: 1️⃣0", "1️⃣ 'count' must be a whole number from 1 to 10000, not '0'"),
        Mistake("boot_timeout: 1️⃣12:30", "1️⃣ 'boot_timeout' must be a duration such as 30s (ms, s, m or h), not '12:30'"),
        Mistake("stop_timeout: 1️⃣30", "1️⃣ 'stop_timeout' must be a duration such as 30s (ms, s, m or h), not '30'"),
        Mistake("message: 1️⃣1.20", "1️⃣ 'message' must be a text, not '1.20'"),
        Mistake(
            "hostname: 1️⃣web_1", "1️⃣ 'hostname' must be a host name of letters, digits, hyphens and dots, not 'web_1'"),
        Mistake("box: 1️⃣debian/12@~~ 1", "1️⃣ '~~ 1' in 'box' is no version constraint"),
        Mistake("box: 1️⃣debian/12@>= 12.0, < b", "1️⃣ '>= 12.0, < b' in 'box' is no version constraint"),
        Mistake(
            "box: 1️⃣a b",
            "1️⃣ 'box' must be a box such as debian/12, debian/12@~> 12.0, ./box.tar.zst, https://… or "
                + "oci:registry/name:tag, not 'a b'"),
        Mistake("libvirt: 1️⃣fast", "1️⃣ 'libvirt' must be a map, not 'fast'"),
        Mistake("1️⃣memroy: 1GiB", "1️⃣ a machine has no key 'memroy'"),
        Mistake("1️⃣contaner: {}", "1️⃣ a machine has no key 'contaner'"),
        Mistake("ssh: {1️⃣usr: dev}", "1️⃣ 'ssh' has no key 'usr'"),
        Mistake("ssh: {port: 1️⃣70000}", "1️⃣ 'port' must be a whole number from 1 to 65535, not '70000'"),
        Mistake("ssh: 1️⃣dev", "1️⃣ 'ssh' must be a map, not 'dev'"),
        Mistake(
            "cpus: 1️⃣-3\nmemory: 2️⃣lots\n3️⃣colour: red",
            "1️⃣ 'cpus' must be a whole number from 1 to 1024, not '-3'",
            "2️⃣ 'memory' must be a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB), not 'lots'",
            "3️⃣ a machine has no key 'colour'"),
    ]

    static let lists = [
        Mistake("forward: [1️⃣70000:80]", forward("'70000:80'")),
        Mistake("forward: [1️⃣0:80]", forward("'0:80'")),
        Mistake("forward: [1️⃣80]", forward("'80'")),
        Mistake("forward: [1️⃣'80:80/sctp']", forward("'80:80/sctp'")),
        Mistake("forward: [1️⃣'999.1.1.1:80:80']", forward("'999.1.1.1:80:80'")),
        Mistake("forward: [1️⃣{host: 80}]", "1️⃣ an item of 'forward' needs the key 'guest'"),
        Mistake(
            "forward: [{host: 80, guest: 80, protocol: 1️⃣tpc}]", "1️⃣ 'protocol' has no value 'tpc'"),
        Mistake("sync: [1️⃣nowhere]", sync("'nowhere'")),
        Mistake("sync: [1️⃣'.:srv']", sync("'.:srv'")),
        Mistake("sync: [1️⃣missing-folder:/srv]", "1️⃣ the folder '/usr/missing-folder' does not exist"),
        Mistake("sync: [{source: 1️⃣nope, target: /srv}]", "1️⃣ the folder '/usr/nope' does not exist"),
        Mistake(
            "sync: [{source: bin, target: 1️⃣srv}]", "1️⃣ 'target' must be an absolute path of the machine, not 'srv'"),
        Mistake(
            "sync: [{source: bin, target: /srv, direction: 1️⃣back}]", "1️⃣ 'direction' has no value 'back'"),
        Mistake(
            "sync: [{source: bin, target: /srv, watch: true, direction: 1️⃣both}]",
            "1️⃣ a folder with 'watch' goes one way, into the machine"),
        Mistake(
            "sync: [{source: bin, target: /srv, direction: 1️⃣pull, args: [--max-size=1m]}]",
            "1️⃣ with '--max-size=1m' under 'args' it can't be told what has changed in the machine"),
        Mistake("ready: [1️⃣{timeout: 5s}]", "1️⃣ an item of 'ready' needs one of tcp, http and shell"),
        Mistake("ready: [1️⃣{tcp: 1, shell: x}]", "1️⃣ an item of 'ready' needs one of tcp, http and shell"),
        Mistake("ready: [{tcp: 80, 1️⃣status: 200}]", "1️⃣ 'status' belongs to 'http'"),
        Mistake("ready: [{http: 1️⃣health}]", "1️⃣ 'http' must be a URL or a path such as /health, not 'health'"),
        Mistake(
            "provision: [1️⃣apt-get]",
            "1️⃣ 'provision' must be a list of maps such as 'shell: apt-get update', not 'apt-get'"),
        Mistake("provision: [1️⃣{name: x}]", "1️⃣ an item of 'provision' needs a provisioner"),
        Mistake(
            "provision: [{1️⃣nmae: x, shell: y}]",
            "1️⃣ an item of 'provision' has one provisioner, not 'nmae' and 'shell'"),
        Mistake(
            "provision: [{name: 1️⃣../../x, shell: y}]",
            "1️⃣ 'name' must be a name of at most 100 characters without '/', not '../../x'"),
        Mistake("provision: [{run: 1️⃣twice, shell: x}]", "1️⃣ 'run' has no value 'twice'"),
        Mistake(
            "provision: [{name: 1️⃣a, shell: x}, {name: 2️⃣a, shell: y}]",
            "2️⃣ two items of 'provision' are named 'a' [1️⃣ it is used here first]"),
        Mistake(
            "provision: [{shell: x, depends: 1️⃣nginx}]", "1️⃣ the machine has no item 'nginx' in 'provision'"),
        Mistake(
            "provision: [{name: a, shell: x, depends: 1️⃣b}, {name: b, shell: y, depends: a}]",
            "1️⃣ 'a' waits for itself through 'depends'"),
        Mistake(
            "provision: [{file: {source: a, content: 1️⃣secret:db}}]", "1️⃣ there is no secret 'db'"),
        Mistake(
            "depends_on: {1️⃣db: ready}", "1️⃣ machine 'web' depends on 'db', which is no machine"),
        Mistake("depends_on: {web: 1️⃣up}", "1️⃣ 'web' has no value 'up'"),
        Mistake("depends_on: [1️⃣web]", "1️⃣ machine 'web' depends on itself"),
    ]

    @Test(arguments: values + lists)
    func everyMistakeIsNamedAtItsPlace(_ mistake: Mistake) {
        let loaded = loadMachine(mistake.lines)
        #expect(loaded.problems == mistake.problems)
        #expect(loaded.result.graph == nil)
    }

    @Test(arguments: [
        ("memroy: 1GiB", "did you mean 'memory'?"), ("contaner: {}", "did you mean 'container'?"),
        ("ssh: {usr: dev}", "did you mean 'user'?"),
        ("provision: [{run: allways, shell: x}]", "did you mean 'always'?"),
        ("provision: [{nmae: x, shell: y}]", "did you mean 'name'?"),
        ("provision: [{shell: x, name: web}, {shell: y, depends: wbe}]", "did you mean 'web'?"),
        ("forward: ['[::1]:8080:80']", Self.adviceOnIPv6),
        ("forward: [{host: 8080, guest: 80, address: '::1'}]", Self.adviceOnIPv6),
    ])
    func aMisspeltWordComesWithTheRightOne(lines: String, help: String) {
        #expect(loadMachine(lines).help == [help])
    }

    private static let adviceOnIPv6 =
        "forwards begin at IPv4 addresses; this host reaches machines with 'subnet6' at their own addresses"

    private static func forward(_ found: String) -> String {
        "1️⃣ 'forward' must be HOST:GUEST, HOST:GUEST/udp or ADDRESS:HOST:GUEST with ports from 1 to 65535, as in 8080:80, "
            + "not \(found)"
    }

    private static func sync(_ found: String) -> String {
        "1️⃣ 'sync' must be HOST:GUEST with an absolute path of the machine, as in .:/srv/app, not \(found)"
    }
}
