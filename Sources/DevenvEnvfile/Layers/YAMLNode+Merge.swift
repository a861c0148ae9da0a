import DevenvDiagnostics
import DevenvYAML

extension YAMLNode {
    /// This tree laid over another: maps merge by key, scalars are replaced, lists are replaced unless they are tagged
    /// `!append`. Every value keeps its own place.
    func merged(over lower: YAMLNode, _ problems: inout Problems) -> YAMLNode {
        switch (content, lower.content) {
        case (.mapping(let upper), .mapping(let below)):
            return YAMLNode(.mapping(Self.merge(upper, over: below, &problems)), at: location)
        case (.sequence(let items), .sequence(let below)) where isAppended:
            return YAMLNode(.sequence(below + items), at: location, isAppended: lower.isAppended)
        case (.sequence, _) where isAppended && !lower.isNull:
            problems.error("'!append' needs a list to append to, but the value below it is none", at: location)
            return self
        default:
            return self
        }
    }

    private static func merge(_ upper: [Entry], over below: [Entry], _ problems: inout Problems) -> [Entry] {
        let places = Dictionary(uniqueKeysWithValues: upper.enumerated().map { ($1.key.value, $0) })
        var isMerged = [Bool](repeating: false, count: upper.count)
        var result: [Entry] = []
        result.reserveCapacity(upper.count + below.count)
        for entry in below {
            guard let place = places[entry.key.value] else {
                result.append(entry)
                continue
            }
            isMerged[place] = true
            let value = upper[place].value.merged(over: entry.value, &problems)
            result.append(Entry(key: upper[place].key, value: value))
        }
        for (place, entry) in upper.enumerated() where !isMerged[place] { result.append(entry) }
        return result
    }
}
