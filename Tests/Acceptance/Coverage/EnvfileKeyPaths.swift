import DevenvDiagnostics
import DevenvHost
import DevenvTestSupport
import DevenvYAML
import SystemPackage
import Testing

/// The keys of an Envfile, by the places where they stand, such as `machine.box` and `machine.ssh.user`.
///
/// They are read from what `devenv schema` prints, which is made from what decodes them. YAML's reader will do: JSON is YAML.
struct EnvfileKeyPaths {
    private let schema: YAMLNode
    private var found: Set<String> = []

    /// All that there are.
    static func all() async throws -> Set<String> {
        var paths = try await EnvfileKeyPaths()
        paths.walk(paths.schema, nil, at: "")
        return paths.found
    }

    /// Those that these texts have, each an Envfile or a file that one includes.
    static func used(in texts: [String]) async throws -> Set<String> {
        var paths = try await EnvfileKeyPaths()
        for text in texts {
            let document: YAMLNode = try #require(read(text), "\(text)")
            paths.walk(paths.schema, document, at: "")
        }
        return paths.found
    }

    private init() async throws {
        let text = try await TemporaryDirectory.with { directory in
            try await DevenvBinary(home: directory.path.appending("home")).run(["schema"], in: directory.path).text
        }
        schema = try #require(Self.read(text))
    }

    private static func read(_ text: String) -> YAMLNode? {
        var diagnostics: [Diagnostic] = []
        return YAMLReader.read(SourceText(name: "text", text), reporting: &diagnostics)
    }

    /// Notes the keys of a part of the schema; with a document only those that it has there.
    private mutating func walk(_ schema: YAMLNode, _ document: YAMLNode?, at place: String) {
        if case .scalar(let reference)? = schema["$ref"]?.content {
            let name = String(reference.text.split(separator: "/").last ?? "")
            if let target = self.schema["definitions"]?[name] { walk(target, document, at: Self.place(of: name)) }
        }
        for choice in Self.items(schema["anyOf"]) + Self.items(schema["allOf"]) { walk(choice, document, at: place) }
        if let items = schema["items"] {
            let written: [YAMLNode?] = document.map { Self.items($0) } ?? [nil]
            for item in written { walk(items, item, at: place) }
        }
        let known = Self.entries(schema["properties"])
        for (key, value) in known where document == nil || document?[key]?.isNull == false {
            let path = place.isEmpty ? key : "\(place).\(key)"
            found.insert(path)
            walk(value, document?[key], at: path)
        }
        guard let others = schema["additionalProperties"] else { return }
        let names = Set(known.map(\.key))
        let values: [YAMLNode?] =
            document.map { Self.entries($0).filter { !names.contains($0.key) }.map(\.value) } ?? [nil]
        for value in values { walk(others, value, at: place) }
    }

    /// The schema says some maps once, under a name.
    private static func place(of definition: String) -> String {
        definition.hasPrefix("options-of-") ? String(definition.dropFirst("options-of-".count)) : definition
    }

    private static func items(_ node: YAMLNode?) -> [YAMLNode] {
        guard case .sequence(let items)? = node?.content else { return [] }
        return items
    }

    private static func entries(_ node: YAMLNode?) -> [(key: String, value: YAMLNode)] {
        guard case .mapping(let entries)? = node?.content else { return [] }
        return entries.map { ($0.key.value, $0.value) }
    }
}
