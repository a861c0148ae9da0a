/// Small pieces of English.
package enum Phrase {
    /// `1 machine`, `3 machines`, `2 boxes`.
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// `a`, `a and b`, `a, b and c`; of many only the first ones: `a, b and 7 more`.
    package static func list(_ items: [String], limit: Int = 5) -> String {
        guard items.count > 1 else { return items.first ?? "" }
        if items.count > limit + 1 {
            return items.prefix(limit).joined(separator: ", ") + " and \(items.count - limit) more"
        }
        return items.dropLast().joined(separator: ", ") + " and \(items[items.count - 1])"
    }
}
