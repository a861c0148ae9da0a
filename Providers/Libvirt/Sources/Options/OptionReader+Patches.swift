import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI

extension OptionReader {
    /// `xml`: maps of `path` and one of `set`, `text`, `add` and `remove`.
    mutating func patches() -> [XMLPatch] {
        items("xml").compactMap { item in
            var inner = OptionReader(item, of: "the keys of an xml patch")
            let path = inner.patchPath()
            let changes = inner.patchChanges()
            if inner.diagnostics.isEmpty, changes.count != 1 {
                inner.report(
                    .error("an xml patch takes exactly one of 'set', 'text', 'add' and 'remove'", at: item.location))
            }
            guard absorb(&inner), let path, let change = changes.first else { return nil }
            if change == .remove, path.steps.isEmpty {
                report(.error("'remove' needs a 'path'", at: item.location))
            }
            return XMLPatch(path, change)
        }
    }

    private mutating func addition() -> XMLElement? {
        guard let text = string("add") else { return nil }
        do {
            return try XMLParser.parse(text.value)
        } catch {
            report(
                .error(
                    "'add' is no XML element: \(error.message) (line \(error.line), column \(error.column))",
                    at: text.location))
            return nil
        }
    }

    private mutating func patchPath() -> XMLPath? {
        let text = string("path")
        if let path = XMLPath(text?.value ?? "") { return path }
        report(
            .error(
                "'\(text?.value ?? "")' is no path to an element", at: text?.location,
                help: "such as devices/disk[2] or devices/disk[@device='cdrom']/target"))
        return nil
    }

    private mutating func patchChanges() -> [XMLPatch.Change] {
        var changes: [XMLPatch.Change] = []
        if let values = stringMap("set") {
            for (key, _) in values where !XMLPatch.isName(key.value) {
                report(.error("'\(key.value)' is no name of an attribute", at: key.location))
            }
            let pairs = values.map { ($0.key.value, $0.value.value) }
            changes.append(.set(Dictionary(pairs) { first, _ in first }))
        }
        if let text = string("text") { changes.append(.text(text.value)) }
        if let element = addition() { changes.append(.add(element)) }
        if boolean("remove") == true { changes.append(.remove) }
        return changes
    }
}
