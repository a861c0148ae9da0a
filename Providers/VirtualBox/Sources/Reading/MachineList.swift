/// What `list vms` prints: `"NAME" {UUID}`, where a name may hold anything, quotation marks and braces included.
enum MachineList {
    /// The name of a machine whose settings VirtualBox can't read.
    static let inaccessible = "<inaccessible>"

    /// The machines and their names. Read from the right, as nothing in a name is escaped.
    static func read(_ text: String) -> [VMID: String] {
        var machines: [VMID: String] = [:]
        for line in text.split(separator: "\n") {
            guard let brace = line.lastIndex(of: "{"), let id = VMID(line[brace...]) else { continue }
            var name = line[..<brace]
            while name.last == " " { name.removeLast() }
            guard name.count >= 2, name.first == "\"", name.last == "\"" else { continue }
            machines[id] = String(name.dropFirst().dropLast())
        }
        return machines
    }
}
