import DevenvDiagnostics

/// A list or a map whose end has not been read yet.
struct YAMLCollection {
    enum Kind { case sequence, mapping }

    let anchor: String?
    /// How deep the deepest of its items nests.
    private(set) var height = 0
    private let kind: Kind
    private let isAppended: Bool
    private let location: SourceLocation
    private var items: [YAMLNode] = []
    private var entries: [YAMLNode.Entry] = []
    /// Where each key was written first.
    private var places: [String: SourceLocation?] = [:]
    private var merges: [YAMLNode] = []
    private var key: Key?

    /// A key that waits for its value.
    private enum Key {
        case text(Located<String>)
        /// `<<`, written without quotes.
        case merge
        /// One that has been reported; its value is left out.
        case refused
    }

    init(_ kind: Kind, anchor: String?, isAppended: Bool, at location: SourceLocation) {
        self.kind = kind
        self.anchor = anchor
        self.isAppended = isAppended
        self.location = location
    }

    /// Adds the next item of a list, or the next key or value of a map.
    mutating func add(
        _ node: YAMLNode, height: Int, writtenAt place: SourceLocation?, reporting diagnostics: inout [Diagnostic]
    ) {
        self.height = max(self.height, height)
        guard kind == .mapping else {
            items.append(node)
            return
        }
        switch key {
        case nil: key = readKey(node, at: place, reporting: &diagnostics)
        case .text(let name):
            entries.append(YAMLNode.Entry(key: name, value: node))
            key = nil
        case .merge:
            addMerge(node, at: place, reporting: &diagnostics)
            key = nil
        case .refused: key = nil
        }
    }

    /// Whether the map has `<<` keys that merge something.
    var hasMerges: Bool { !merges.isEmpty }

    /// The finished node; without `merging`, what `<<` names is only counted.
    func node(merging: Bool) -> YAMLNode {
        guard kind == .mapping else { return YAMLNode(.sequence(items), at: location, isAppended: isAppended) }
        guard merging else { return YAMLNode(.mapping(entries), at: location, isAppended: false, merging: merges) }
        return YAMLNode(.mapping(merged), at: location)
    }

    private mutating func readKey(
        _ node: YAMLNode, at place: SourceLocation?, reporting diagnostics: inout [Diagnostic]
    ) -> Key {
        guard case .scalar(let scalar) = node.content else {
            diagnostics.append(.error("a key must be a text, not a list or a map", at: place))
            return .refused
        }
        if let first = places[scalar.text] {
            let note = Diagnostic.Note("it is written here first", at: first)
            diagnostics.append(.error("the key '\(scalar.text)' is written twice", at: place, notes: [note]))
            return .refused
        }
        places[scalar.text] = .some(place)
        let isMerge = scalar.style == .plain && scalar.text == "<<"
        return isMerge ? .merge : .text(Located(scalar.text, at: place))
    }

    private mutating func addMerge(
        _ node: YAMLNode, at place: SourceLocation?, reporting diagnostics: inout [Diagnostic]
    ) {
        let sources: [YAMLNode]
        if case .sequence(let list) = node.content { sources = list } else { sources = [node] }
        for source in sources {
            guard case .mapping = source.content else {
                diagnostics.append(.error("'<<' merges a map or a list of maps", at: place))
                continue
            }
            merges.append(source)
        }
    }

    /// The entries with those of the merged maps after them: what is written here wins, then the earlier of two maps.
    private var merged: [YAMLNode.Entry] {
        guard !merges.isEmpty else { return entries }
        var result = entries
        var known = Set(entries.map(\.key.value))
        for case .mapping(let others) in merges.map(\.content) {
            for entry in others where known.insert(entry.key.value).inserted { result.append(entry) }
        }
        return result
    }
}
