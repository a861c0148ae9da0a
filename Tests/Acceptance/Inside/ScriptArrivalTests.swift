import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// How scripts arrive in a machine, and what with.
@Suite(.tags(.large), .requiresRoot, .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh"))
struct ScriptArrivalTests {
    private static let values = """
        args: [\(TortureText.all.map(TortureText.yaml).joined(separator: ", "))], env: { \
        \(TortureText.all.enumerated().map { "V\($0): \(TortureText.yaml($1))" }.joined(separator: ", ")) }
        """
    private static let envfile = """
        version: 1
        machines:
          one:
            box: $BOX
            provision:
              - { name: root, shell: { path: values.sh, \(values) } }
              - { name: user, shell: { path: values.sh, privileged: false, \(values) } }
              - { name: perl, shell: { path: perl } }
              - { name: awk, shell: { path: awk } }
              - { name: none, shell: { path: none } }
              - { name: given, shell: { path: given, interpreter: [perl, -w] } }
              - { name: bytes, shell: { path: bytes } }
              - { name: place, shell: { path: place } }
              - { name: place-again, shell: { path: place } }

        """
    private static let files = [
        "values.sh": """
        #!/bin/bash
        exec >/var/tmp/values-"$(id -un)"
        printf '%s\\0' "$@"
        for ((i = 0; i < \(TortureText.all.count); i++)); do name=V$i; printf '%s\\0' "${!name}"; done
        """,
        "perl": "#!/usr/bin/env perl\nprint \"perl by \", $^X, \"\\n\";\n",
        "awk": "#!/usr/bin/awk -f\nBEGIN { print \"awk\" }\n",
        "none": "echo \"sh${BASH_VERSION:+ that is bash}\"\n",
        "given": "print \"given\\n\";\r\nprint \"lines\\n\";\r\n",
        "place": "dir=${0%/*}\nstat -c '%a %U' \"$dir\"\necho \"$0\"\n",
    ]

    @Test func scriptsAndTheirValuesArriveByteForByteAndLeaveNothing() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            let bytes = Array("#!/bin/cat\n".utf8) + (0...255).map { UInt8($0) } + Array("no newline".utf8)
            try AtomicFile.write(bytes, to: project.directory.appending("bytes"), durable: false)
            try await project.expect("up")
            for user in ["root", "dev"] {
                let values = try await project.expect("ssh", "-c", "cat /var/tmp/values-\(user)")
                #expect(values.standardOutput == TortureText.printed + TortureText.printed, "as \(user)")
            }
            #expect(try Self.log(of: "perl", in: project) == "perl by /usr/bin/perl\n")
            #expect(try Self.log(of: "awk", in: project) == "awk\n")
            #expect(try Self.log(of: "none", in: project) == "sh\n")
            #expect(try Self.log(of: "given", in: project) == "given\nlines\n")
            #expect(try HostFiles.read(Self.path(of: "bytes", in: project)) == bytes)
            let runs = try ["place", "place-again"].map {
                try Self.log(of: $0, in: project).split(separator: "\n").map(String.init)
            }
            for place in runs {
                #expect(place.count == 2 && place[0] == "700 root", "\(place): nobody else may look into it")
            }
            #expect(runs[0].last != runs[1].last, "nobody can know its name before")
            let places = "/tmp/devenv.* /var/tmp/devenv.* /run/devenv.* ~/devenv.* /root/devenv.*"
            let found = try await project.said("sudo sh -c 'ls -d \(places) 2>/dev/null || true'")
            #expect(found == "")
        }
    }

    @Test func carriageReturnsAreNamedBeforeAnythingRuns() async throws {
        let envfile = "version: 1\nmachines:\n  one:\n    box: $BOX\n    provision:\n      - shell: { path: dos.sh }\n"
        try await AcceptanceProject.with(envfile, files: ["dos.sh": "#!/bin/bash\r\necho no\r\n"]) { project in
            let refused = try await project.expect("up", status: 2)
            #expect(refused.errors.contains("Envfile:6:24: error: 'dos.sh' has lines that end in CR LF"))
            #expect(refused.errors.contains("dos2unix"), "\(refused.errors)")
        }
    }

    /// The file that keeps an item's output.
    static func path(of item: String, in project: AcceptanceProject) -> FilePath {
        project.directory.pushing(FilePath(".devenv/machines/one/log/provision-\(item).log"))
    }

    /// What an item wrote when it ran last.
    static func log(of item: String, in project: AcceptanceProject) throws -> String {
        String(decoding: try HostFiles.read(path(of: item, in: project)) ?? [], as: UTF8.self)
    }
}
