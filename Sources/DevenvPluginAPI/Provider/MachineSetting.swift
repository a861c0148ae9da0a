/// One property of a machine that was fixed when it was made or started. The engine compares what is wanted with what
/// was applied, setting by setting, and plans the least that brings them together.
package struct MachineSetting: Hashable, Sendable, Codable {
    /// What must happen for a new value to take effect.
    package enum Impact: String, Sendable, Codable, Comparable {
        /// `update` applies it to the running machine.
        case live
        /// The machine is stopped and started.
        case restart
        /// The machine is destroyed and made again: its data is lost, so the user has to ask for it.
        case recreate

        /// Orders by how much it disturbs.
        package static func < (left: Impact, right: Impact) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .live: 0
            case .restart: 1
            case .recreate: 2
            }
        }
    }

    /// What it is, in the words of the Envfile: `memory`.
    package let key: String
    /// Its value as shown to people and compared: `1 GiB`.
    package let value: String
    /// What a change of it takes.
    package let impact: Impact
    /// The value of machines that were applied before there was such a setting; nil where that is unknown.
    package private(set) var initial: String?

    private enum CodingKeys: String, CodingKey {
        case key, value, impact
    }

    /// Makes a setting.
    package init(_ key: String, _ value: String, impact: Impact, initial: String? = nil) {
        self.key = key
        self.value = value
        self.impact = impact
        self.initial = initial
    }
}
