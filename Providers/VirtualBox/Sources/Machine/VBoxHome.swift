import DevenvCrypto
import DevenvPluginAPI

/// Which VirtualBox is meant: each user has one, and the environment may name others.
struct VBoxHome: Hashable, Sendable {
    private let values: [String: String]

    private static let keys = ["home": "VBOX_USER_HOME", "socket": "VBOX_IPC_SOCKETID"]

    /// The one that an environment leads to.
    init(environment: [String: String]) {
        values = Self.keys.compactMapValues { variable in environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// The one that a machine's record names.
    init(_ record: ProviderRecord) {
        values = record.filter { Self.keys[$0.key] != nil }
    }

    /// What is kept of a machine.
    var record: ProviderRecord { values }

    /// Eight digits that tell it from others; nil for the user's own.
    var mark: String? {
        guard !values.isEmpty else { return nil }
        let text = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        return String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(8))
    }

    /// An environment that leads to it: what it does not name is the user's own.
    func applied(to environment: [String: String]) -> [String: String] {
        var result = environment
        for (key, variable) in Self.keys {
            result[variable] = values[key] ?? (values.isEmpty ? environment[variable] : nil)
        }
        return result
    }
}
