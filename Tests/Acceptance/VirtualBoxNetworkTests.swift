import DevenvHost
import DevenvTestSupport
import Testing

/// Two machines of VirtualBox with systems in them, on a host-only network and on an internal one.
@Suite(
    .tags(.large), .requiresVirtualBox,
    .requires(tool: "mmdebstrap", "qemu-img", "as", "ld", "ssh", "ssh-keygen", "ip"))
struct VirtualBoxNetworkTests {
    private static let patience = Duration.seconds(900)

    private static let envfile = """
        version: 1
        provider: virtualbox
        networks:
          shared: { subnet: 192.168.63.240/28 }
          inner:
        defaults: { box: $BOX, boot_timeout: 10m, memory: 96MiB }
        machines:
          db: { networks: [shared, { name: inner }] }
          web:
            depends_on: [db]
            networks: [{ name: shared, ip: 192.168.63.250 }, inner]
            provision:
              - shell: |
                  ping -c 1 -W 20 db
                  ping -c 1 -W 20 "$(ip route | sed -n 's/^\\(10\\.[1-9][0-9.]*\\)\\.0\\/24.*/\\1.2/p')"

        """

    @Test func machinesReachEachOtherByNameAndThisHostReachesThem() async throws {
        try await TemporaryDirectory.with { directory in
            try await VirtualBoxHome.with(in: directory, networks: .own) { box in
                try await AcceptanceProject.with(Self.envfile, home: .virtualBox, virtualBox: box) { project in
                    try await project.expect("up", timeout: Self.patience)
                    let banner = "exec 3<>/dev/tcp/192.168.63.250/22; read -r -t 30 -u 3 line; echo \"$line\""
                    #expect(try await box.call("bash", "-c", banner).hasPrefix("SSH-2.0-OpenSSH"))
                    // the next start finds another address, and the other machine another name for it
                    try project.write(Self.envfile.replacing("63.250", with: "63.251"), to: "Envfile")
                    try await project.expect("up", timeout: Self.patience)
                    let hosts = try await project.expect(
                        "ssh", "db", "-c", "grep -c '^192.168.63.251 web$' /etc/hosts", timeout: Self.patience)
                    #expect(hosts.text == "1\n")
                }
            }
        }
    }
}
