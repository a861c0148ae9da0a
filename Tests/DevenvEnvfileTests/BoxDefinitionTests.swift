import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// Definitions of boxes, in the directory `/usr`, which every host has.
@Suite struct BoxDefinitionTests {
    @Test func aDefinitionSaysAllOfABox() throws {
        let result = load(
            """
            name: team/db
            version: 1.10
            base: debian/12
            packages: [postgresql, jq=1.6-2]
            files:
              - { from: share, to: /srv/share, owner: "postgres:adm" }
              - { content: "a ${env.HOME}\\n", to: /etc/motd/, mode: 0640 }
            scripts:
              - bin/env
              - inline: echo $1 ${TOKEN}
                args: [1.20, true]
                env: { TOKEN: 5 }
                network: true
            size: 20GiB
            user: team
            snapshot: 2026-03-01
            providers: [container, libvirt]
            x-note: ours
            """)
        #expect(result.problems == [])
        let definition = try #require(result.definition)
        #expect(definition.name == "team/db")
        #expect(definition.version == "1.10")
        #expect(definition.base == .release("bookworm"))
        #expect(definition.packages.map(\.value) == ["postgresql", "jq=1.6-2"])
        #expect(
            definition.files.map(\.value) == [
                BoxFile(.path("/usr/share"), target: "/srv/share", owner: "postgres:adm"),
                BoxFile(.text("a ${env.HOME}\n"), target: "/etc/motd", mode: 0o640),
            ])
        #expect(
            definition.scripts.map(\.value) == [
                BoxScript(.path("/usr/bin/env"), label: "'bin/env'"),
                BoxScript(
                    .text("echo $1 ${TOKEN}"), label: "the script in line 10", arguments: ["1.20", "true"],
                    environment: ["TOKEN": "5"], hasNetwork: true),
            ])
        #expect(definition.size?.value == ByteCount(bytes: 20 << 30))
        #expect(definition.user == "team")
        #expect(definition.archive == .snapshot("20260301T000000Z"))
        #expect(definition.providers.map(\.value.rawValue) == ["container", "libvirt"])
    }

    @Test(arguments: [
        ("debian/12", "bookworm"), ("debian/trixie-web", "trixie"), ("team/a\nbase: debian/sid", "sid"),
        ("debian/12\nbase: debian/13", "trixie"),
    ])
    func theReleaseIsThatOfTheBaseOrElseOfTheName(name: String, suite: String) {
        #expect(load("name: \(name)\n").definition?.base == .release(suite))
    }

    @Test func aBaseMayBeAnotherBox() throws {
        let definition = try #require(load("name: team/db\nbase: team/base@~> 1.2\n").definition)
        guard case .box(let reference) = definition.base else {
            Issue.record("\(definition.base)")
            return
        }
        #expect(reference.value == BoxReference(parsing: "team/base@~> 1.2"))
        #expect(reference.location?.line == 2)
    }

    @Test func aSnapshotMayBeKeptElsewhere() {
        let text = "name: debian/12\nmirror: http://a/b\nsnapshot: 2026-03-01"
        #expect(load(text).definition?.archive == .snapshot("20260301T000000Z", at: "http://a/b"))
    }

    static let mistakes = [
        Mistake("1️⃣nmae: a", "1️⃣ a box's definition has no key 'nmae'", "1️⃣ a box's definition needs the key 'name'"),
        Mistake("name: 1️⃣a/b/c", "1️⃣ 'name' must be the name of a box such as team/db, not 'a/b/c'"),
        Mistake("name: 1️⃣box.yaml", "1️⃣ 'name' must be the name of a box such as team/db, not 'box.yaml'"),
        Mistake("name: 1️⃣team/db", "1️⃣ 'team/db' names no release of Debian, and there is no 'base'"),
        Mistake(
            "name: a\nbase: 1️⃣bookworm",
            "1️⃣ 'base' must be a release such as debian/12, or the name of a box such as team/base, not 'bookworm'"),
        Mistake(
            "name: team/db\nbase: 1️⃣team/db@~> 1.0", "1️⃣ a box can't be its own base"),
        Mistake(
            "name: team/db\nbase: team/base\nsize: 1️⃣20GiB\nuser: 2️⃣app\nmirror: 3️⃣http://a/b",
            "1️⃣ 'size' can't be said of a box on another box, which has it from 'team/base'",
            "2️⃣ 'user' can't be said of a box on another box, which has it from 'team/base'",
            "3️⃣ 'mirror' can't be said of a box on another box, which has it from 'team/base'"),
        Mistake(
            "name: debian/12\nversion: 1️⃣latest",
            "1️⃣ 'version' must be a version such as 1.2 or 1.2.rc1, not 'latest'"),
        Mistake(
            "name: debian/12\npackages: [jq, 1️⃣--force]",
            "1️⃣ 'packages' must be the name of a package such as postgresql or postgresql=15+248, not '--force'"),
        Mistake("name: debian/12\npackages: 1️⃣jq", "1️⃣ 'packages' must be a list, not 'jq'"),
        Mistake("name: debian/12\nsize: 1️⃣1MiB", "1️⃣ 'size' must be from 512 MiB to 16 TiB, not 1 MiB"),
        Mistake(
            "name: debian/12\nuser: 1️⃣root",
            "1️⃣ 'user' must be a user's name of lower-case letters, digits, '_' and '-', other than root, not 'root'"),
        Mistake(
            "name: debian/12\nsnapshot: 1️⃣2026-13-01",
            "1️⃣ 'snapshot' must be a day such as 2026-03-01, or a moment such as 20260301T120000Z, not '2026-13-01'"),
        Mistake(
            "name: debian/12\nmirror: 1️⃣'http://a b'",
            "1️⃣ 'mirror' must be an address such as http://deb.debian.org/debian, not 'http://a b'"),
        Mistake("name: debian/12\nscripts: [1️⃣nowhere.sh]", "1️⃣ there is no '/usr/nowhere.sh'"),
        Mistake("name: debian/12\nscripts: [1️⃣bin]", "1️⃣ 'bin' is a directory, not a script"),
        Mistake(
            "name: debian/12\nscripts:\n  - 1️⃣{args: [a]}",
            "1️⃣ an item of 'scripts' needs one of 'path' and 'inline'"),
        Mistake(
            "name: debian/12\nscripts:\n  - {inline: 'true', env: {1️⃣A-B: c}, 2️⃣netwrok: true}",
            "1️⃣ 'A-B' can't be the name of a variable", "2️⃣ an item of 'scripts' has no key 'netwrok'"),
        Mistake(
            "name: debian/12\nfiles:\n  - 1️⃣{from: bin/env, content: a, to: /a}",
            "1️⃣ an item of 'files' needs one of 'from' and 'content'"),
        Mistake(
            "name: debian/12\nfiles:\n  - {content: a, to: 1️⃣../a}",
            "1️⃣ 'to' must be an absolute path such as /etc/motd, not '../a'"),
        Mistake(
            "name: debian/12\nfiles:\n  - {from: bin/env, to: /a, mode: 1️⃣rw, owner: 2️⃣A B}",
            "1️⃣ 'mode' must be permissions such as 0644 or 0755, not 'rw'",
            "2️⃣ 'owner' must be a user, or USER:GROUP, not 'A B'"),
        Mistake(
            "name: debian/12\nfiles:\n  - {from: share, to: /a, mode: 1️⃣0644}",
            "1️⃣ 'mode' is for a file, and 'share' is a directory"),
        Mistake("1️⃣- a", "1️⃣ 'box.yaml' must hold a map such as 'name: team/db'"),
        Mistake("# nothing", "- 'box.yaml' is empty"),
    ]

    @Test(arguments: mistakes) func eachMistakeIsToldAtItsPlace(_ mistake: Mistake) {
        let result = load(mistake.lines)
        #expect(result.problems == mistake.problems)
        #expect(result.definition == nil)
    }

    @Test func aMisspeltKeyIsAnsweredWithTheRightOne() {
        let source = SourceText(name: "box.yaml", "name: debian/12\npakages: [jq]\n")
        let result = BoxDefinitionLoader.load(source, directory: "/usr")
        #expect(result.diagnostics.map(\.help) == ["did you mean 'packages'?"])
    }

    @Test func aFileThatIsNotThereIsTold() {
        let result = BoxDefinitionLoader.load("/usr/no-such-box.yaml", displayName: "no-such-box.yaml")
        #expect(result.diagnostics.map(\.message).first?.hasPrefix("reading 'no-such-box.yaml' failed") == true)
    }

    private func load(_ text: String) -> (definition: BoxDefinition?, problems: [String]) {
        let marked = MarkedText(text, name: "box.yaml")
        let result = BoxDefinitionLoader.load(marked.source, directory: "/usr")
        return (result.definition, marked.describe(result.diagnostics))
    }
}

/// What Documentation/boxes.md says of definitions is what the code does.
@Suite struct BoxDefinitionReferenceTests {
    private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().pushing("Documentation/boxes.md")

    @Test func everyKeyHasARow() throws {
        let text = try text()
        for key in BoxDefinitionKeys.descriptions.map(\.name) + inner(BoxDefinitionKeys.descriptions) {
            #expect(text.contains("\n| `\(key)` | "), "no row for '\(key)'")
        }
    }

    @Test func everyExampleIsValid() async throws {
        let examples = try text().split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first
        }
        #expect(examples.count >= 2)
        try await TemporaryDirectory.with { directory in
            try directory.write("#!/bin/sh\n", to: "setup.sh")
            try directory.write("", to: "files/app/app.conf")
            for example in examples {
                let source = SourceText(name: "box.yaml", String(example))
                let result = BoxDefinitionLoader.load(source, directory: directory.path)
                #expect(result.diagnostics == [], "\(DiagnosticRenderer().render(result.diagnostics))")
                #expect(result.definition != nil)
            }
        }
    }

    private func inner(_ keys: [KeyDescription]) -> [String] {
        keys.flatMap { key -> [String] in
            guard case .list(let item) = key.shape else { return [] }
            return shapes(of: item).flatMap { shape -> [String] in
                if case .object(let keys, _) = shape { return keys.map(\.name) }
                return []
            }
        }
    }

    private func shapes(of item: Shape) -> [Shape] {
        if case .either(let shapes) = item { return shapes }
        return [item]
    }

    private func text() throws -> String {
        let file = try FileDescriptor.open(Self.path, .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }
}
