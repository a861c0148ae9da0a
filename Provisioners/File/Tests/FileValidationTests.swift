import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import FileProvisioner
import SystemPackage
import Testing

@Suite struct FileValidationTests {
    private func problems(_ options: KeyValuePairs<String, OptionTree.Value>, in directory: FilePath = "/")
        -> [Diagnostic]
    {
        FileProvisioner().validate(
            fileItem(options), in: ProvisionerProject(directory: directory, secretNames: []))
    }

    @Test func whatIsRightIsAccepted() {
        let options: KeyValuePairs<String, OptionTree.Value> = [
            "source": .string("etc/passwd"), "target": .string("~/x"), "owner": .integer(1000),
            "group": .string("www-data"), "mode": .string("0644"),
        ]
        #expect(problems(options) == [])
        #expect(problems(["source": .string("etc/"), "target": .string("x")]) == [])
    }

    @Test func aMissingSourceIsReportedWhereItIsNamed() {
        let found = problems(["target": .string("/x"), "source": .string("no/such")])
        #expect(found.map(\.location?.line) == [3])
        #expect(found.first?.message == "there is no 'no/such' to send")
        #expect(problems(["target": .string("/x"), "source": .string("etc/passwd/")]).map(\.location?.line) == [3])
    }

    @Test func allMistakesAreReportedAtOnce() {
        let found = problems([
            "target": .string("~root/x"), "mode": .string("888"), "owner": .string("a b"), "group": .string("-x"),
            "sorce": .string("x"),
        ])
        #expect(Set(found.map(\.location?.line)) == [1, 2, 3, 4, 5, 6])
        #expect(found.contains { $0.message == "a file item needs its 'source'" && $0.location?.line == 1 })
        #expect(found.contains { $0.help == "did you mean 'source'?" })
    }

    @Test func aModeInDecimalIsRefused() {
        let found = problems(["source": .string("etc/passwd"), "target": .string("x"), "mode": .integer(644)])
        #expect(found.map(\.message) == ["'mode' must be a text (put it in quotes), not a whole number"])
    }

    @Test func aChangeShowsInItsOwnPart() async throws {
        try await TemporaryDirectory.with { directory in
            func parts(_ source: String, _ more: [String: String] = [:]) async throws -> [String: String] {
                let fields = ["source": source, "target": "/x"].merging(more) { $1 }
                let entries = fields.map {
                    OptionTree.Entry(key: Located($0.key), value: OptionTree(.string($0.value)))
                }
                let item = ProvisionerSpec(
                    name: Located("item"), kind: Located("file"), options: OptionTree(.map(entries)))
                let project = ProvisionerProject(directory: directory.path, secretNames: [])
                return try await FileProvisioner().fingerprint(item, in: project).parts
            }
            try await shell("mkdir -p conf/sub; printf a >conf/sub/f; printf a >f", in: directory)
            let before = try await parts("conf/")
            #expect(before.keys.sorted() == ["directory conf/", "ownership", "target"])
            for change in ["touch -d 2001-01-01 conf/sub/f", ":"] {
                try await shell(change, in: directory)
                #expect(try await parts("conf/") == before)
            }
            var last = before
            for change in [
                "printf b >conf/sub/f", "chmod 700 conf/sub/f", "mv conf/sub/f conf/sub/g", "ln -s a conf/l",
                "ln -sfn b conf/l", "mkdir conf/empty",
            ] {
                try await shell(change, in: directory)
                let now = try await parts("conf/")
                #expect(now["directory conf/"] != last["directory conf/"], "\(change)")
                #expect(now["target"] == last["target"] && now["ownership"] == last["ownership"])
                last = now
            }
            let file = try await parts("f")
            #expect(file.keys.contains("file f"))
            #expect(try await parts("f", ["target": "/y"])["target"] != file["target"])
            #expect(try await parts("f", ["mode": "0600"])["ownership"] != file["ownership"])
        }
    }
}
