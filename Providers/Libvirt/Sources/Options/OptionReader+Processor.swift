import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

// What is said about the processor.
extension OptionReader {
    private enum ModeWord: String, CaseIterable {
        case hostPassthrough = "host-passthrough"
        case hostModel = "host-model"
        case maximum, custom
    }

    /// `cpu_mode` and `cpu_model`; the model alone is enough.
    mutating func processorMode() -> ProcessorMode? {
        let mode = choice("cpu_mode", as: ModeWord.self)
        let model = word("cpu_model")
        switch (mode, model) {
        case (nil, let model): return model.map(ProcessorMode.model)
        case (.custom, let model?): return .model(model)
        case (.custom, nil):
            if tree("cpu_model") == nil {
                report(.error("'cpu_mode: custom' needs a 'cpu_model'", at: tree("cpu_mode")?.location))
            }
            return nil
        case (let mode?, nil): return Self.mode(mode)
        case (let mode?, _?):
            report(
                .error(
                    "'cpu_model' has no effect with 'cpu_mode: \(mode.rawValue)'", at: tree("cpu_model")?.location,
                    help: "leave 'cpu_mode' out"))
            return nil
        }
    }

    private static func mode(_ word: ModeWord) -> ProcessorMode? {
        switch word {
        case .hostPassthrough: .hostPassthrough
        case .hostModel: .hostModel
        case .maximum: .maximum
        case .custom: nil
        }
    }

    /// `cpu_features`: a map of names and policies.
    mutating func processorFeatures() -> [String: FeaturePolicy] {
        var features: [String: FeaturePolicy] = [:]
        for (name, text) in stringMap("cpu_features") ?? [] {
            guard name.value.isWord else {
                report(.error("'\(name.value)' is no name of a processor's feature", at: name.location))
                continue
            }
            guard let policy = FeaturePolicy(rawValue: text.value) else {
                let words = FeaturePolicy.allCases.map(\.rawValue)
                report(
                    .error(
                        "'\(text.value)' is no policy for '\(name.value)'; there are "
                            + words.joined(separator: ", "),
                        at: text.location, help: Suggestion.help(for: text.value, among: words)))
                continue
            }
            features[name.value] = policy
        }
        return features
    }

    /// `cpu_topology`.
    mutating func topology() -> ProcessorTopology? {
        guard let tree = tree("cpu_topology") else { return nil }
        var inner = OptionReader(tree, of: "the keys of 'cpu_topology'")
        let counts = ["sockets", "cores", "threads"].map { inner.integer($0, in: 1...1024) ?? 1 }
        return absorb(&inner) ? ProcessorTopology(sockets: counts[0], cores: counts[1], threads: counts[2]) : nil
    }
}
