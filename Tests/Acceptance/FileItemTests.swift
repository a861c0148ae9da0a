import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// What `file` items put into a machine: names and kinds that get lost where anybody cuts corners, whose they are, and that
/// nothing is sent twice.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "ssh", "tar"))
struct FileItemTests {
    private static let envfile = """
        version: 1
        name: files
        defaults: { box: $BOX }
        machines:
          web:
            provision:
              - file: { source: tree/, target: /srv/tree }
              - file: { source: tree, target: "~/" }
              - file: { source: tree/, target: /srv/owned, owner: www-data, group: daemon, mode: "0640" }
              - file: { source: many/, target: /srv/many }
              - file: { source: conf, target: /etc/conf, mode: "0604" }
        """

    private static let tree = #"""
        mkdir -p tree/sub/empty 'tree/a dir' tree/.hidden many && cd tree
        printf one >.dot; printf two >'a dir/two words'; : >zero; printf x >"$(printf 'new\nline')"; printf b >-dash
        printf g >'grüße $HOME'; printf e >sub/run; printf h >.hidden/h; printf s >'back\slash'
        ln -s zero link; ln -s /nowhere dangling; ln -s loop loop; ln -s ../sub sub/up
        chmod 755 sub/run; chmod 600 .dot; chmod 700 sub/empty; chmod 4711 zero
        cd ../many; for i in $(seq 5000); do echo $i >file-$i; done
        """#

    @Test func whateverATreeHoldsArrivesOnce() async throws {
        try await AcceptanceProject.with(Self.envfile, files: ["conf": "first\n"]) { project in
            let made = ToolInvocation("/bin/sh", ["-euc", Self.tree], directory: project.directory)
            #expect(try await SystemToolRunner().run(made).status == 0)
            try await project.expect("up")
            try await arrival(project)
            try await repetition(project)
        }
    }

    private func arrival(_ project: AcceptanceProject) async throws {
        let here = try await listing(project)
        #expect(here.split(separator: "\n").count > 20, "\(here)")
        for folder in ["/srv/tree", "/home/dev/tree"] {
            let there = try await project.said("sudo sh -c 'cd \(folder); \(Self.listing)'")
            #expect(there == here, "\(folder)")
        }
        let owners = try await project.said(
            "sudo stat -c '%U:%G %a' /srv/tree/zero ~/tree/zero /srv/owned/zero /srv/owned/sub /etc/conf")
        #expect(owners == "root:root 4711\ndev:dev 4711\nwww-data:daemon 640\nwww-data:daemon 750\nroot:root 604\n")
        #expect(try await project.said("sudo stat -c %U:%G /srv/owned/link") == "www-data:daemon\n")
        #expect(try await project.said("ls /srv/many | wc -l; cat /srv/many/file-4711") == "5000\n4711\n")
    }

    /// What is the same keeps its inode and the time of its last change, as it was not touched; what is not gets others, as it was
    /// put in place by a rename. The inode alone may be one that was given back a moment ago.
    private func repetition(_ project: AcceptanceProject) async throws {
        let look = "cd /srv; sudo find many tree owned /etc/conf -type f -printf '%i %C@ %p\\n' | sort -k 3"
        _ = try await project.said("sudo ln /etc/conf /etc/former")
        let before = Set(try await project.said(look).split(separator: "\n"))
        try await project.expect("provision")
        let same = Set(try await project.said(look).split(separator: "\n"))
        // names with a line's end or a backslash can't be asked for
        #expect(
            before.symmetricDifference(same).allSatisfy {
                $0.contains("line") || $0.contains("new") || $0.contains("\\")
            })
        try project.write("second\n", to: "conf")
        try project.write("other\n", to: "many/file-7")
        _ = try await project.said(
            "sudo chmod 600 /srv/tree/sub/run; sudo chmod 711 /srv/many; sudo chmod 711 /srv/tree/sub/empty; sudo chown dev /srv/tree/-dash; sudo rm /srv/many/file-9"
        )
        try await project.expect("provision")
        let after = Set(try await project.said(look).split(separator: "\n"))
        let names = Set(after.subtracting(same).compactMap { $0.split(separator: " ").last.map(String.init) })
        let changed: Set = ["many/file-7", "many/file-9", "tree/sub/run", "tree/-dash", "/etc/conf"]
        #expect(names.isSuperset(of: changed))
        #expect(
            names.subtracting(changed).allSatisfy {
                ["line", "tree/new", "owned/new"].contains($0) || $0.contains("\\")
            })
        #expect(try await project.said("cat /etc/former /etc/conf /srv/many/file-7") == "first\nsecond\nother\n")
        #expect(
            try await project.said("stat -c '%U %a' /srv/tree/sub/run /srv/tree/-dash /srv/tree/sub/empty /srv/many")
                == "root 755\nroot 644\nroot 700\nroot 711\n")
    }

    private func listing(_ project: AcceptanceProject) async throws -> String {
        let call = ToolInvocation("/bin/sh", ["-euc", "cd tree; \(Self.listing)"], directory: project.directory)
        return try await SystemToolRunner().run(call).text
    }

    private static let listing =
        #"find . -mindepth 1 -printf "%y %m %l %P\0" | sort -z | tr "\0" "\n"; find . -type f -exec cksum {} + | sort"#
}
