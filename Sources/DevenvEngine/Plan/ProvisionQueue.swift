import DevenvDiagnostics
import DevenvModel

/// The items of a machine's `provision` list in the order in which they run: that of the list, but what an item depends on goes
/// before it.
struct ProvisionQueue {
    private let items: [ProvisionerSpec]
    /// The places of what each item depends on.
    private let needs: [[Int]]

    init(_ items: [ProvisionerSpec]) {
        self.items = items
        let places = Dictionary(items.enumerated().map { ($1.name.value, $0) }) { first, _ in first }
        needs = items.map { $0.depends.compactMap { places[$0.value] } }
    }

    /// The items that run, with the reasons. With one that is due goes what it depends on and what has never succeeded, even
    /// where that would not run by itself.
    func entries(
        due: (ProvisionerSpec) -> String?, hasSucceeded: (ProvisionerSpec) -> Bool
    ) -> [(item: ProvisionerSpec, reason: String)] {
        var reasons = items.map(due)
        var waiting = reasons.indices.filter { reasons[$0] != nil }
        while let waiter = waiting.popLast() {
            for place in needs[waiter] where reasons[place] == nil && !hasSucceeded(items[place]) {
                reasons[place] = "'\(items[waiter].name.value)' depends on it"
                waiting.append(place)
            }
        }
        return order.compactMap { place in reasons[place].map { (items[place], $0) } }
    }

    /// Places of the list. Without recursion, as long lists may depend on each other item by item; that none waits for itself is
    /// seen to where the Envfile is read.
    private var order: [Int] {
        var left = needs.map { Array($0.reversed()) }
        var seen: Set<Int> = []
        var order: [Int] = []
        for start in items.indices where seen.insert(start).inserted {
            var stack = [start]
            while let last = stack.last {
                if let next = left[last].popLast() {
                    if seen.insert(next).inserted { stack.append(next) }
                } else {
                    order.append(last)
                    stack.removeLast()
                }
            }
        }
        return order
    }
}
