import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Whose synced folders and files that were put there are, and what of them is there.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct OwnershipKeyTests {
    static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            sync:
              - source: src
                target: /srv/kept
                exclude: ["*.tmp", cache/]
                delete: false
                owner: www-data
                group: daemon
                watch: true
                args: [--chmod=F640]
              - { source: src, target: /srv/equal }
            provision:
              - file: { source: words, target: /srv/words, owner: dev, group: daemon, mode: "0604" }
              - file: { source: site, target: /srv, owner: "33", group: www-data, mode: "0640" }
              - file: { source: words, target: /srv/plain }
        """
    private static let files = [
        "src/page": "one\n", "src/gone": "x", "src/a.tmp": "x", "src/cache/b": "x", "words": "words\n",
        "site/index": "x",
    ]

    /// Owner, group and mode, as stat(1) has them.
    private func look(_ paths: String, in project: AcceptanceProject) async throws -> String {
        try await project.said("sudo stat -c '%U:%G %a %n' \(paths)")
    }

    @Test func syncedFilesAreWhoseTheFolderSaysAndWhatIsLeftOutIsNotThere() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            #expect(try await look("/srv/kept/page", in: project) == "www-data:daemon 640 /srv/kept/page\n")
            #expect(try await look("/srv/equal/page", in: project).hasPrefix("dev:dev "))
            #expect(try await project.said("sudo ls -A /srv/kept") == "gone\npage\n")
            #expect(try await project.said("ls -A /srv/equal") == "a.tmp\ncache\ngone\npage\n")

            try HostFiles.remove(project.directory.appending("src").appending("gone"))
            try project.write("second\n", to: "src/page")
            // the watched one needs no command; with arguments of rsync's, its changes go by rsync
            try await project.expect("sync")
            #expect(try await project.said("sudo cat /srv/kept/page /srv/equal/page") == "second\nsecond\n")
            #expect(try await project.said("sudo ls -A /srv/kept") == "gone\npage\n")
            #expect(try await project.said("ls -A /srv/equal") == "a.tmp\ncache\npage\n")
        }
    }

    @Test func filesArePutThereAsWhoseTheItemSays() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up")
            let seen = try await look("/srv/words /srv/site /srv/site/index", in: project)
            #expect(
                seen
                    == "dev:daemon 604 /srv/words\nwww-data:www-data 750 /srv/site\nwww-data:www-data 640 /srv/site/index\n"
            )
            #expect(try await look("/srv/plain", in: project).hasPrefix("root:root "))
        }
    }
}
