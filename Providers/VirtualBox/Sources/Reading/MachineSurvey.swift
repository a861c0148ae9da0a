import DevenvModel
import DevenvPluginAPI

/// Many machines in one answer: what `list --long vms` prints, as far as it is needed.
///
/// It is written for people. A machine may have a description that looks like another machine, so whatever is said of one
/// machine twice is not believed: that machine has to be asked for alone.
struct MachineSurvey: Hashable, Sendable {
    /// A machine in it.
    struct Machine: Hashable, Sendable {
        let state: VMState
        let forwards: [NATRule]
        var guestTools: GuestTools?
    }

    /// The machines of which something is said once.
    private(set) var machines: [VMID: Machine] = [:]
    /// Those of which something is said twice.
    private(set) var doubtful: Set<VMID> = []

    /// Reads an output.
    init(_ text: String) {
        var current: (id: VMID, state: VMState?, forwards: [NATRule])?
        for line in text.split(separator: "\n") {
            guard let (key, value) = Paragraphs.pair(line) else { continue }
            switch key {
            case "UUID":
                note(current)
                current = VMID(value).map { ($0, nil, []) }
            case "State" where current?.state == nil: current?.state = VMState(listed: value)
            case _ where key.hasPrefix("NIC ") && key.contains("Rule("):
                if let rule = Self.rule(value) { current?.forwards.append(rule) }
            default: break
            }
        }
        note(current)
    }

    private mutating func note(_ found: (id: VMID, state: VMState?, forwards: [NATRule])?) {
        guard let found else { return }
        guard machines[found.id] == nil, !doubtful.contains(found.id) else {
            machines[found.id] = nil
            doubtful.insert(found.id)
            return
        }
        machines[found.id] = Machine(state: found.state ?? .inaccessible, forwards: found.forwards)
    }

    /// Reads `name = ssh, protocol = tcp, host ip = 127.0.0.1, host port = 2222, guest ip = , guest port = 22`.
    private static func rule(_ text: String) -> NATRule? {
        let marks = ["name = ", ", protocol = ", ", host ip = ", ", host port = ", ", guest ip = ", ", guest port = "]
        var fields: [Substring] = []
        var rest = Substring(text)
        guard rest.hasPrefix(marks[0]) else { return nil }
        rest = rest.dropFirst(marks[0].count)
        for mark in marks.dropFirst() {
            guard let range = rest.firstRange(of: mark) else { return nil }
            fields.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return NATRule((fields + [rest]).joined(separator: ","))
    }
}
