import Glibc

extension Array where Element: Sendable {
    /// What a function makes of each element, in their order, by as many tasks as there are processors. For many elements that
    /// take microseconds each: between some dozens of them a task gives way to others.
    package func mapInParallel<Value: Sendable>(
        _ transform: @escaping @Sendable (Element) async -> Value
    ) async -> [Value] {
        let helping = 64
        let width = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        return await withTaskGroup(of: (start: Int, values: [Value]).self) { group in
            var starts = stride(from: 0, to: count, by: helping).makeIterator()
            func addNext() {
                guard let start = starts.next() else { return }
                let part = self[start..<Swift.min(start + helping, count)]
                group.addTask {
                    var values: [Value] = []
                    for element in part { values.append(await transform(element)) }
                    return (start, values)
                }
            }
            for _ in 0..<Swift.max(1, width) { addNext() }
            var parts: [(start: Int, values: [Value])] = []
            while let part = await group.next() {
                parts.append(part)
                addNext()
            }
            return parts.sorted { $0.start < $1.start }.flatMap(\.values)
        }
    }
}
