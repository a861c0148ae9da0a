import DevenvPluginAPI
import SystemPackage

extension KeptConfig {
    /// Writes down that a running machine has other limits than it was started with, for snapshots of it. Everything else in a
    /// configuration stays as it is. Nothing where it is gone.
    static func change(_ limits: Resources, in path: FilePath) throws(ProviderError) {
        guard var config = try Notes.read(ConfigValue.self, at: path) else { return }
        config["linux"]?["resources"]?["memory"] = limits.memory.map {
            .map(["limit": .integer($0.limit), "swap": .integer($0.swap)])
        }
        config["linux"]?["resources"]?["cpu"] = limits.cpu.map {
            .map(["quota": .integer($0.quota), "period": .integer(Int64($0.period))])
        }
        config["linux"]?["resources"]?["pids"] = limits.pids.map { .map(["limit": .integer(Int64($0.limit))]) }
        // what an ordinary user's machine is told of them
        for (key, value) in annotations(of: limits) where config["annotations"]?[key] != nil {
            config["annotations"]?[key] = .text(value)
        }
        try Notes.write(config, to: path)
    }
}

/// A value of JSON, as configurations have them.
private enum ConfigValue: Codable, Hashable, Sendable {
    case bool(Bool)
    case integer(Int64)
    case text(String)
    case list([ConfigValue])
    case map([String: ConfigValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([ConfigValue].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: ConfigValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }

    /// The value of a key; nil where there is none, or no map.
    subscript(_ key: String) -> ConfigValue? {
        get {
            guard case .map(let values) = self else { return nil }
            return values[key]
        }
        set {
            guard case .map(var values) = self else { return }
            values[key] = newValue
            self = .map(values)
        }
    }
}
