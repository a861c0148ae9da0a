import DevenvHost
import DevenvTestSupport
import Testing

/// Two machines that wait for each other and know each other, with a script, a file and a folder: the same Envfile for every provider
/// of virtual machines, but for the box.
enum PairProject {
    private static let envfile = """
        version: 1
        name: pair
        networks:
          backend:
        defaults: { box: $BOX, memory: 256MiB, boot_timeout: 10m, networks: [backend] }
        machines:
          db:
            provision: [{ shell: hostname > /srv/name }]
          web:
            depends_on: { db: provisioned }
            sync: [./folder:/srv/folder]
            provision:
              - file: { source: words, target: /srv/words }
              - shell: grep -w db /etc/hosts && { ! command -v ping || ping -c 1 -w 60 db; } && cat /srv/words /srv/folder/it > /srv/all

        """

    private static let files = ["words": "file\n", "folder/it": "synced\n"]

    /// Brings it up with a provider, looks inside, and takes it down.
    static func run(with provider: String, home: AcceptanceHome, virtualBox: VirtualBoxHome? = nil) async throws {
        try await AcceptanceProject.with(envfile, files: files, home: home, virtualBox: virtualBox) { project in
            try await project.expect("up", "--provider", provider, timeout: .seconds(900))
            let all = try await project.expect("exec", "web", "--", "cat", "/srv/all", timeout: .seconds(900))
            #expect(all.text.contains("file\n") && all.text.contains("synced\n"), "\(all.transcript)")
            #expect(
                try await project.expect("exec", "db", "--", "cat", "/srv/name", timeout: .seconds(900)).text.contains(
                    "db"))
        }
    }
}
