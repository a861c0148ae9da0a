import DevenvDiagnostics

/// A value of any type as a text: what it holds, places included, and nothing that differs between two processes.
struct ValueOutline {
    /// Aliases make large trees; what is seen of them first stands for the others.
    private var left: Int

    private init(left: Int = 2_000) { self.left = left }

    static func text(of value: Any) -> String {
        var outline = ValueOutline()
        return outline.text(of: value)
    }

    private mutating func text(of value: Any) -> String {
        guard left > 0 else { return "" }
        left -= 1
        if let location = value as? SourceLocation { return "\(location)+\(location.length)" }
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .dictionary || mirror.displayStyle == .set { return text(of: mirror.children) }
        var children: [String] = []
        for child in mirror.children where left > 0 {
            children.append((child.label.map { "\($0):" } ?? "") + text(of: child.value))
        }
        switch mirror.displayStyle {
        case .none where children.isEmpty, .enum where children.isEmpty: return "\(value)"
        case .none, .some: return "(" + children.joined(separator: ",") + ")"
        }
    }

    /// The entries of a dictionary, whose order means nothing: none may use up what another then lacks.
    private mutating func text(of entries: Mirror.Children) -> String {
        let share = left / max(1, entries.count)
        left -= share * entries.count
        let texts = entries.map { entry in
            var outline = ValueOutline(left: share)
            return outline.text(of: entry.value)
        }
        return "[" + texts.sorted().joined(separator: ",") + "]"
    }
}
