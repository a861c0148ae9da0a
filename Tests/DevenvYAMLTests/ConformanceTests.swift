import DevenvDiagnostics
import DevenvHost
import DevenvTestSupport
import FoundationEssentials
import Glibc
import SystemPackage
import Testing

@testable import DevenvYAML

/// The YAML test suite (github.com/yaml/yaml-test-suite, its data branch), where `DEVENV_YAML_TEST_SUITE` says that it is.
@Suite(.enabled(if: YAMLTestSuite.directory != nil, "DEVENV_YAML_TEST_SUITE names no copy of the YAML test suite"))
struct ConformanceTests {
    /// What came of one of its cases.
    private enum Outcome: String {
        /// The same values, or refused as it should be.
        case right
        /// A valid document is refused.
        case refused
        /// Something that is no YAML is taken.
        case taken
        /// Read as something else.
        case different
        /// Several documents, which no Envfile has; or no values to compare.
        case other
    }

    @Test func everyCaseComesOutAsRecorded() throws {
        let directory = try #require(YAMLTestSuite.directory)
        var outcomes: [Outcome: [String]] = [:]
        for name in try cases(below: directory) {
            outcomes[try outcome(of: directory.pushing(FilePath(name))), default: []].append(name)
        }
        print(outcomes.map { "\($0.key): \($0.value.count)" }.sorted().joined(separator: ", "))
        for (outcome, expected) in [
            Outcome.refused: Self.refusedByLibyaml + Self.refusedTags, .taken: Self.taken, .different: Self.different,
        ] {
            let found = outcomes[outcome] ?? []
            #expect(found == expected.sorted(), "\(outcome.rawValue): \(found)")
        }
        #expect((outcomes[.right] ?? []).count > 250)
    }

    /// Valid, and refused by libyaml 0.2.5, which is for YAML 1.1: tabs between tokens, `:` behind quoted keys on other lines, unknown
    /// directives, other versions.
    private static let refusedByLibyaml = [
        "2LFX", "2SXE", "4MUZ/00", "4MUZ/01", "4MUZ/02", "58MP", "5MUD", "5T43", "6BCT", "6CA3", "6LVF", "8XYN",
        "96NN/00", "96NN/01", "9SA2", "A2M4", "BEC7", "DBG4", "DK3J", "DK95/00", "DK95/03", "DK95/04", "FP8R",
        "HM87/00", "K3WX", "MUS6/05", "MUS6/06", "NJ66", "Q5MG", "R4YG", "VJP3/01", "W5VH", "Y79Y/001", "Y79Y/010",
    ]
    /// Valid, and refused on purpose: tags mean nothing in an Envfile, but for `!append`.
    private static let refusedTags = [
        "565N", "J7PZ", "2XXW", "7FWL", "M5C3", "Z67P", "6CK3", "CUP7", "UGM3", "C4HZ", "CC74", "Z9M4", "P76L",
    ]
    /// No YAML, and taken by libyaml.
    private static let taken = [
        "9C9N", "9JBA", "CVW2", "DK95/01", "G5U8", "MUS6/00", "QB6E", "S98Z", "SU5Z", "X4QW", "Y79Y/003", "YJV2",
    ]
    /// Read otherwise by libyaml: `?` and `:` within plain words and anchors, blanks at the end of a block.
    private static let different = ["652Z", "HM87/01", "JEF9/02", "L24T/01", "Y2GN"]

    /// The directories with a document, relative to the suite.
    private func cases(below directory: FilePath) throws -> [String] {
        try HostFiles.list(directory).filter { $0.count == 4 && $0 == $0.uppercased() }.sorted().flatMap {
            name -> [String] in
            let place = directory.appending(name)
            if HostFiles.exists(place.appending("in.yaml")) { return [name] }
            return try HostFiles.list(place).sorted().map { "\(name)/\($0)" }
        }
    }

    private func outcome(of place: FilePath) throws -> Outcome {
        let bytes = try #require(try HostFiles.read(place.appending("in.yaml")))
        var diagnostics: [Diagnostic] = []
        let node = YAMLReader.read(SourceText(name: "in.yaml", bytes: bytes), reporting: &diagnostics)
        if HostFiles.exists(place.appending("error")) { return diagnostics.hasErrors ? .right : .taken }
        guard let json = try HostFiles.read(place.appending("in.json")) else { return .other }
        guard let expected = try? JSONDecoder().decode(JSON.self, from: Data(json)) else { return .other }  // several
        if diagnostics.hasErrors { return .refused }
        return (node.map(JSON.init) ?? .null) == expected ? .right : .different
    }
}

private enum YAMLTestSuite {
    static var directory: FilePath? { getenv("DEVENV_YAML_TEST_SUITE").map { FilePath(String(cString: $0)) } }
}

/// A value as JSON has it.
private indirect enum JSON: Hashable, Decodable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case map([String: JSON])

    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .list(items.map(JSON.init))
        case .mapping(let entries):
            self = .map(Dictionary(entries.map { ($0.key.value, JSON($0.value)) }) { _, last in last })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .boolean(let value): self = .boolean(value)
            case .integer(let value): self = .number(Double(value))
            case .number(let value): self = .number(value)
            case .string(let value): self = .text(value)
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: JSON].self))
        }
    }
}
