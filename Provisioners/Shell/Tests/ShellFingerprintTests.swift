import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import ShellProvisioner
import SystemPackage
import Testing

@Suite struct ShellFingerprintTests {
    private func parts(_ options: KeyValuePairs<String, OptionTree.Value>, in directory: FilePath = "/nonexistent")
        async throws -> [String: String]
    {
        try await ShellProvisioner().fingerprint(shellItem(options), in: project(directory)).parts
    }

    /// The names of the parts that differ.
    private func difference(_ left: [String: String], _ right: [String: String]) -> Set<String> {
        Set(Set(left.keys).union(right.keys).filter { left[$0] != right[$0] })
    }

    @Test(
        arguments: [
            ("script", ["inline": .string("b")]), ("arguments", ["inline": .string("a"), "args": list(["x"])]),
            ("arguments", ["inline": .string("a"), "args": list([""])]),
            ("environment", ["inline": .string("a"), "env": map(["A": "x"])]),
            ("options", ["inline": .string("a"), "privileged": .boolean(false)]),
            ("options", ["inline": .string("a"), "interpreter": .string("bash")]),
        ] as [(String, KeyValuePairs<String, OptionTree.Value>)])
    func aChangeShowsInItsOwnPartOnly(part: String, changed: KeyValuePairs<String, OptionTree.Value>) async throws {
        let before = try await parts(["inline": .string("a")])
        #expect(difference(before, try await parts(changed)) == [part])
    }

    @Test func whereOneTextEndsAndTheNextBeginsCounts() async throws {
        let one = try await parts(["inline": .string("a"), "args": list(["ab", "c"])])
        #expect(one != (try await parts(["inline": .string("a"), "args": list(["a", "bc"])])))
    }

    @Test func theOrderOfVariablesDoesNotCount() async throws {
        let one = try await parts(["inline": .string("a"), "env": map(["A": "1", "B": "2"])])
        #expect(one == (try await parts(["inline": .string("a"), "env": map(["B": "2", "A": "1"])])))
    }

    @Test func hidingTheOutputIsNoReasonToRunAgain() async throws {
        let before = try await parts(["inline": .string("a")])
        #expect(before == (try await parts(["inline": .string("a"), "sensitive": .boolean(true)])))
    }

    @Test func aFileCountsByItsContent() async throws {
        try await TemporaryDirectory.with { directory in
            try directory.write("one", to: "x.sh")
            let before = try await parts(["path": .string("x.sh")], in: directory.path)
            #expect(before.keys.contains("script x.sh"))
            try directory.write("two", to: "x.sh")
            #expect(
                difference(before, try await parts(["path": .string("x.sh")], in: directory.path)) == ["script x.sh"])
        }
    }

    @Test func aMissingFileIsAnError() async {
        await #expect(throws: ProvisionerError.self) { try await parts(["path": .string("x.sh")]) }
    }
}
