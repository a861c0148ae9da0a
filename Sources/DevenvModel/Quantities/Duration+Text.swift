extension Duration {
    /// The units that a duration in an Envfile may have, with their milliseconds.
    package static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// Reads `500ms`, `30s`, `1.5m`, `2h`; nil for anything else, zero and negative ones included.
    package init?(parsing text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }),
            let milliseconds = Decimal(text.dropLast(unit.name.count))?.scaled(by: unit.milliseconds), milliseconds > 0
        else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The whole number of milliseconds in it.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// A short text for people: `85 ms`, `1.2 s`, `3 min 5 s`.
    package var brief: String {
        let total = milliseconds
        if total < 1_000 { return "\(total) ms" }
        if total < 60_000 { return "\(total / 1_000).\(total % 1_000 / 100) s" }
        return "\(total / 60_000) min \(total % 60_000 / 1_000) s"
    }
}
