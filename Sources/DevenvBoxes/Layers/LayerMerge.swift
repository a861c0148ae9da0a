/// Which entries of layers a machine sees, as overlayfs shows them. Pure.
enum LayerMerge {
    /// For each layer, the lowest first, the places of its visible entries. Entries stand in the order of their paths.
    static func visible(_ layers: [[TreeEntry]]) -> [[Int]] {
        var taken: Set<String> = []
        var hidden: Set<String> = []
        var result: [[Int]] = []
        for layer in layers.reversed() {
            let reached = layer.indices.filter { index in
                let path = layer[index].path.text
                return !hidden.contains(path) && !ancestors(of: path).contains(where: hidden.contains)
            }
            let seen = reached.filter { !taken.contains(layer[$0].path.text) }
            // what a layer hides is below it, not in it; it does so also where a directory above is what is seen
            for entry in reached.map({ layer[$0] }) {
                taken.insert(entry.path.text)
                if !entry.isDirectory || entry.attributes.contains(where: { $0.name.text == OverlayAttribute.opaque }) {
                    hidden.insert(entry.path.text)
                }
            }
            result.append(seen.filter { !layer[$0].isWhiteout })
        }
        return result.reversed()
    }

    private static func ancestors(of path: String) -> [String] {
        var ancestors: [String] = []
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
            rest = rest[..<slash]
            ancestors.append(String(rest))
        }
        return ancestors
    }
}

extension TreeEntry {
    fileprivate var isDirectory: Bool { if case .directory = content { true } else { false } }

    /// Whether it says that something is gone.
    fileprivate var isWhiteout: Bool {
        if case .device(block: false, major: 0, minor: 0) = content { true } else { false }
    }
}
