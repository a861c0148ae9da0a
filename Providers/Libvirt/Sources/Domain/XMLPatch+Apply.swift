package import DevenvPluginAPI

extension XMLPatch {
    /// Changes a document. Throws `.invalidRequest` where its path leads nowhere.
    package func apply(to document: inout XMLElement) throws(ProviderError) {
        guard Self.edit(&document, path.steps[...], change) else {
            throw .invalidRequest(
                "the xml patch of '\(path.text)' finds no such element in the description of the machine",
                help: "see 'virsh dumpxml' for what is there")
        }
    }

    /// Whether the path led anywhere.
    private static func edit(_ element: inout XMLElement, _ steps: ArraySlice<XMLPath.Step>, _ change: Change) -> Bool {
        guard let step = steps.first else {
            change.apply(to: &element)
            return true
        }
        guard let index = step.index(in: element.nodes), case .element(var inner) = element.nodes[index] else {
            return false
        }
        if steps.count == 1, change == .remove {
            element.nodes.remove(at: index)
            return true
        }
        guard edit(&inner, steps.dropFirst(), change) else { return false }
        element.nodes[index] = .element(inner)
        return true
    }
}

extension XMLPath.Step {
    fileprivate func index(in nodes: [XMLElement.Node]) -> Int? {
        let candidates = nodes.indices.filter { index in
            guard case .element(let element) = nodes[index], element.name == name else { return false }
            if case .attribute(let key, let value) = choice { return element[attribute: key] == value }
            return true
        }
        guard case .number(let number) = choice else { return candidates.first }
        return number <= candidates.count ? candidates[number - 1] : nil
    }
}

extension XMLPatch.Change {
    fileprivate func apply(to element: inout XMLElement) {
        switch self {
        case .set(let values):
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { element.set(name, value) }
        case .text(let text): element.nodes = [.text(text)]
        case .add(let addition): element.nodes.append(.element(addition))
        case .remove: element.nodes = []
        }
    }
}

extension XMLElement {
    fileprivate mutating func set(_ name: String, _ value: String) {
        attributes.removeAll { $0.name == name }
        attributes.append(Attribute(name: name, value: value))
    }
}
