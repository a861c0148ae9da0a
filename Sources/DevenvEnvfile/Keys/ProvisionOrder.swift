import DevenvDiagnostics
import DevenvModel

/// The names in a machine's `provision` list and what they say of each other.
enum ProvisionOrder {
    /// Reports names that are used twice, unknown names in `depends`, and items that wait for each other.
    static func check(_ items: [ProvisionerSpec], _ scope: inout Scope) {
        var places: [String: Int] = [:]
        for (place, item) in items.enumerated() {
            if let first = places[item.name.value] {
                let note = Diagnostic.Note("it is used here first", at: items[first].name.location)
                scope.problems.error(
                    "two items of 'provision' are named '\(item.name.value)'", at: item.name.location, notes: [note])
            } else {
                places[item.name.value] = place
            }
        }
        for item in items { check(item, places, &scope) }
        if let start = firstOfCycle(items, places) {
            scope.problems.error(
                "'\(start.name.value)' waits for itself through 'depends'", at: start.depends.first?.location)
        }
    }

    private static func check(_ item: ProvisionerSpec, _ places: [String: Int], _ scope: inout Scope) {
        for name in item.depends where places[name.value] == nil {
            scope.problems.error(
                "the machine has no item '\(name.value)' in 'provision'", at: name.location,
                help: Suggestion.help(for: name.value, among: places.keys))
        }
    }

    /// Takes away again and again what waits for nothing; whatever is left waits for itself.
    private static func firstOfCycle(_ items: [ProvisionerSpec], _ places: [String: Int]) -> ProvisionerSpec? {
        guard items.contains(where: { !$0.depends.isEmpty }) else { return nil }
        var waiting = items.map { Set($0.depends.compactMap { places[$0.value] }) }
        var waiters: [Int: [Int]] = [:]
        for (place, targets) in waiting.enumerated() {
            for target in targets { waiters[target, default: []].append(place) }
        }
        var free = waiting.indices.filter { waiting[$0].isEmpty }
        while let done = free.popLast() {
            for waiter in waiters[done] ?? [] where waiting[waiter].remove(done) != nil && waiting[waiter].isEmpty {
                free.append(waiter)
            }
        }
        return waiting.firstIndex { !$0.isEmpty }.map { items[$0] }
    }
}
