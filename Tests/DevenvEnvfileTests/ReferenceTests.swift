import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import SystemPackage
import Testing

/// `Documentation/envfile.md` says what the code does.
@Suite struct ReferenceTests {
    private static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()
        .pushing("Documentation/envfile.md")

    @Test func everyKeyHasARowAndAnExample() throws {
        let text = try text()
        let examples = blocks(of: text).map(\.text).joined(separator: "\n")
        for key in keys(of: EnvfileKeys.descriptions) {
            #expect(text.contains("\n| `\(key)` | "), "no row for '\(key)'")
            #expect(examples.contains("\(key):"), "no example with '\(key)'")
        }
    }

    @Test func everyRowIsAKey() throws {
        let known = keys(of: EnvfileKeys.descriptions)
        let rows = try text().split(separator: "\n").filter { $0.hasPrefix("| `") && !$0.hasPrefix("| `$") }
        let names = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(names.count > 40)
        #expect(names.filter { !known.contains($0) } == [])
    }

    @Test func everyExampleIsValid() async throws {
        let text = try text()
        try await TemporaryDirectory.with { directory in
            try directory.write("", to: "site/index.html")
            try directory.write("", to: "reports/.gitkeep")
            try directory.write("networks: {base: }\n", to: "team/base.yaml")
            for block in blocks(of: text) {
                let source = SourceText(name: "envfile.md", whole(block))
                let result = EnvfileLoader.load(source, directory: directory.path, environment: ["HOME": "/root"])
                #expect(result.diagnostics == [], "\(DiagnosticRenderer().render(result.diagnostics))")
                #expect(result.graph != nil)
            }
        }
    }

    private func text() throws -> String {
        let file = try FileDescriptor.open(Self.path, .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    /// The fenced examples: whole files or parts of one's top, and those marked `machine`, which are keys of a machine.
    private func blocks(of text: String) -> [(kind: String, text: String)] {
        text.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }.map { _, block in
            let lines = block.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(lines[0]), String(lines[1]))
        }
    }

    private func whole(_ block: (kind: String, text: String)) -> String {
        if block.kind == "yaml machine" {
            let indented = block.text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
            return "version: 1\nmachines:\n  web:\n\(indented)\n"
        }
        let version = block.text.contains("version:") ? "" : "version: 1\n"
        let machines = block.text.contains("machines:") ? "" : "machines: {web: }\n"
        return version + block.text + machines
    }

    private func keys(of descriptions: [KeyDescription]) -> Set<String> {
        descriptions.reduce(into: []) { result, key in
            result.insert(key.name)
            result.formUnion(keys(of: key.shape))
        }
    }

    private func keys(of shape: Shape) -> Set<String> {
        switch shape {
        case .object(let descriptions, _): keys(of: descriptions)
        case .list(let item), .map(let item): keys(of: item)
        case .either(let shapes): shapes.reduce(into: []) { $0.formUnion(keys(of: $1)) }
        case .boolean, .integer, .text, .choice, .open: []
        }
    }
}
