import DevenvModel
import LibvirtProvider
import Testing

/// The way by SSH to the guests of another host.
@Suite struct RemoteHostTests {
    private static let usual = [
        "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", "-o", "LogLevel=ERROR",
    ]

    @Test(
        arguments: [
            ("qemu+ssh://far/system", "ssh", [], "far"),
            (
                "qemu+ssh://root@far.example:2222/system?keyfile=/k/id", "ssh",
                ["-p", "2222", "-l", "root", "-i", "/k/id"], "far.example"
            ),
            ("qemu+ssh://a%40b@[fe80::1%25eth0]:22/session", "ssh", ["-p", "22", "-l", "a@b"], "fe80::1%eth0"),
            ("qemu+ssh:///system", "ssh", [], "localhost"),
            (
                "qemu+ssh://far/system?no_verify=1&known_hosts=/a%20b/50%25&command=/opt/ssh", "/opt/ssh",
                ["-o", "UserKnownHostsFile=\"/a b/50%%\"", "-o", "StrictHostKeyChecking=no"], "far"
            ),
            ("qemu+ssh://far/system?no_verify=0", "ssh", [], "far"),
            (
                "qemu+libssh2://far/system?known_hosts=/k;known_hosts_verify=auto&command=ignored", "ssh",
                ["-o", "UserKnownHostsFile=/k", "-o", "StrictHostKeyChecking=accept-new"], "far"
            ),
            (
                "qemu+libssh://far/system?known_hosts_verify=ignore", "ssh",
                [
                    "-o", "UserKnownHostsFile=~/.config/libvirt/known_hosts ~/.ssh/known_hosts", "-o",
                    "StrictHostKeyChecking=no",
                ], "far"
            ),
            ("qemu+ssh://-oProxyCommand=evil/system", "ssh", [], "-oProxyCommand=evil"),
        ] as [(String, String, [String], String)])
    func whatTheURISaysIsHonoured(_ uri: String, _ program: String, _ options: [String], _ host: String) throws {
        let remote = try #require(RemoteHost(LibvirtURI(uri)))
        let words = remote.program(to: IPv4Address(value: 0x0A3C_000A), port: 2022)
        #expect(words == [program] + Self.usual + options + ["-W", "10.60.0.10:2022", "--", host])
    }

    @Test(arguments: [
        "qemu:///system", "qemu+unix:///system?socket=/s", "qemu+tls://far/system", "qemu+tcp://far/system",
        "qemu+ext:///system?command=/c", "test:///default", "ssh", "",
    ])
    func whatDoesNotGoBySSHLeadsNowhere(_ uri: String) {
        #expect(RemoteHost(LibvirtURI(uri)) == nil)
    }
}
