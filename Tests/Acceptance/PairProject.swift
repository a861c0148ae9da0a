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
            sync: [{ source: folder, target: /srv/folder, watch: true }]
            provision:
              - file: { source: words, target: /srv/words }
              - shell: grep -w db /etc/hosts && { ! command -v ping || ping -c 1 -w 60 db; } && cat /srv/words /srv/folder/it > /srv/all

        """

    private static let files = ["words": "file\n", "folder/it": "synced\n"]

    /// Brings it up with a provider, looks inside, and takes it down. `exchanges`: files go both ways, too, for which a machine
    /// whose processor is interpreted takes minutes.
    static func run(
        with provider: String, home: AcceptanceHome, virtualBox: VirtualBoxHome? = nil, exchanges: Bool = false
    ) async throws {
        try await AcceptanceProject.with(envfile, files: files, home: home, virtualBox: virtualBox) { project in
            try await project.expect("up", "--provider", provider, timeout: .seconds(900))
            let all = try await project.expect("exec", "web", "--", "cat", "/srv/all", timeout: .seconds(900))
            #expect(all.text.contains("file\n") && all.text.contains("synced\n"), "\(all.transcript)")
            let names = try await project.expect("exec", "--group", "--", "hostname", timeout: .seconds(900))
            #expect(names.text.contains("==> db <==\ndb\n") && names.text.contains("web\n"), "\(names.transcript)")
            if exchanges { try await exchange(with: project) }
        }
    }

    /// What is saved here is there by itself, what is made there is brought here, and files go both ways.
    private static func exchange(with project: AcceptanceProject) async throws {
        func inside(_ command: String...) async throws -> ToolOutcome {
            try await project.binary.run(
                ["exec", "web", "--"] + command, in: project.directory, timeout: .seconds(900))
        }
        try project.write("saved\n", to: "folder/it")
        try await eventually("what was saved arrives") {
            try await inside("cat", "/srv/folder/it").text == "saved\n"
        }
        #expect(try await inside("sh", "-c", "echo made >/srv/folder/made").status == 0)
        try await project.expect("sync", "web", "--pull", timeout: .seconds(900))
        #expect(try project.read("folder/made") == "made\n")
        try await project.expect("upload", "words", "web:/tmp/words", timeout: .seconds(900))
        try await project.expect("download", "web:/tmp/words", "back", timeout: .seconds(900))
        #expect(try project.read("back") == "file\n")
    }
}
