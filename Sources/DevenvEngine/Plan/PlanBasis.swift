import DevenvCrypto
import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState

/// What a plan rests on, so that one that was kept can be compared with what is true by then. Nothing of it can be read back: there
/// are digests only.
package struct PlanBasis: Hashable, Sendable, Codable {
    /// Each part by what people call it (`machine 'web': its script scripts/deps.sh`), with a digest.
    package let parts: [String: String]

    /// The parts that differ, in order.
    package func differences(from other: PlanBasis) -> [String] {
        Set(parts.keys).union(other.parts.keys).filter { parts[$0] != other.parts[$0] }.sorted()
    }

    init(_ result: Preparation.Result, secrets: [String: Located<SecretSource>]) {
        var parts = ["the secrets' sources": Self.digest(secrets)]
        let records = Dictionary(result.recorded.map { ($0.identity.name, $0) }) { first, _ in first }
        for (name, context) in result.machines {
            func note(_ what: String, _ value: Any) { parts["machine '\(name)': \(what)"] = Self.digest(value) }
            if let desired = context.desired {
                note("what the Envfile says of it", desired.spec)
                note("its provider", desired.provider)
                desired.settings.forEach { note("its \($0.key)", $0.value) }
                desired.folders.forEach { note("its folder \($0.key)", $0.value) }
                for (item, fingerprint) in desired.provisioners {
                    fingerprint.parts.forEach { note("its provisioner \(item): \($0.key)", $0.value) }
                }
                note("its box", desired.need?.title ?? context.box?.digest ?? "none")
            }
            note("what is recorded of it", records[name] as Any)
            note("its state", result.planner.observed[name] as Any)
            note("the machines that it waits for", context.dependencies)
            note("the names on its networks", context.hosts)
        }
        self.parts = parts
    }

    private static func digest(_ value: Any) -> String {
        SHA256.hexadecimal(of: Array(canonical(value).utf8))
    }

    /// A value as text that is the same for the same value: without the places where it was written, maps and sets in order.
    private static func canonical(_ value: Any) -> String {
        if value is SourceLocation { return "" }
        let mirror = Mirror(reflecting: value)
        let children = mirror.children.map { "\($0.label ?? ""):\(canonical($0.value))" }
        switch mirror.displayStyle {
        case .dictionary, .set: return "{\(children.sorted().joined(separator: ","))}"
        case .none where children.isEmpty: return "\(value)".debugDescription
        case .enum where children.isEmpty: return "\(value)"
        default: return "\(mirror.subjectType)(\(children.joined(separator: ",")))"
        }
    }
}

extension EngineError {
    static func moved(_ differences: [String]) -> EngineError {
        let shown = differences.prefix(5).joined(separator: "; ")
        let more = differences.count > 5 ? "; and \(differences.count - 5) more" : ""
        return EngineError(
            .wrongState, "what the plan rests on has changed since it was saved: \(shown)\(more)",
            help: "run 'devenv plan --out' again, and read what it says")
    }
}
