extension Sequence {
    /// Its elements in their order, of those with the same key only the first.
    package func uniqued<Key: Hashable>(on key: (Element) -> Key) -> [Element] {
        var seen: Set<Key> = []
        return filter { seen.insert(key($0)).inserted }
    }
}

extension Sequence where Element: Hashable {
    /// Its elements in their order, each once.
    package func uniqued() -> [Element] { uniqued { $0 } }
}
