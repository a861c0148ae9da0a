import DevenvModel
import FoundationEssentials

/// What is in devenv's table, as `nft -j` lists it.
struct RuleListing: Hashable, Sendable {
    /// One forward.
    struct Forward: Hashable, Sendable {
        /// Where it begins.
        let slot: ForwardSlot
        /// Its machine's address.
        let address: IPv4Address
        /// Its machine's port.
        let port: UInt16
        /// Its machine's mark.
        let mark: String
    }

    /// The forwards of all machines.
    var forwards: [Forward] = []
    /// The bridges of all networks.
    var bridges: Set<String> = []
    /// The bridges of networks without a way out.
    var walled: Set<String> = []
    /// The host's interfaces that were opened for what machines send and get over IPv6.
    var uplinks: Set<String> = []
    /// How many rules there are.
    var rules = 0

    init() {}

    /// Reads the output of `nft -j list table inet devenv`; nil for anything else.
    init?(json: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)) else { return nil }
        for entry in document.nftables {
            if let map = entry.map { forwards += (map.elem ?? []).compactMap { Self.forward($0, in: map.name) } }
            if entry.rule != nil { rules += 1 }
            guard let set = entry.set else { continue }
            let names = (set.elem ?? []).compactMap(\.text)
            if set.name == "bridges" { bridges.formUnion(names) }
            if set.name == "walled" { walled.formUnion(names) }
            if set.name == "uplinks" { uplinks.formUnion(names) }
        }
    }

    /// The forwards of a machine.
    func forwards(of mark: String) -> [Forward] { forwards.filter { $0.mark == mark } }

    private static func forward(_ element: RuleValue, in map: String) -> Forward? {
        guard case .list(let pair) = element, pair.count == 2, case .list(let target)? = pair[1].concatenation,
            target.count == 2, let address = target[0].text.flatMap({ IPv4Address($0) }), let port = target[1].port
        else { return nil }
        let transport = PortForward.Transport.allCases.first { map == "to_\($0)" || map == "to_\($0)_any" }
        guard let transport, let slot = slot(pair[0].unwrapped, transport) else { return nil }
        return Forward(slot: slot, address: address, port: port, mark: pair[0].comment ?? "")
    }

    private static func slot(_ key: RuleValue, _ transport: PortForward.Transport) -> ForwardSlot? {
        if let port = key.port { return ForwardSlot(address: nil, port: port, transport: transport) }
        guard case .list(let parts)? = key.concatenation, parts.count == 2,
            let address = parts[0].text.flatMap({ IPv4Address($0) }), let port = parts[1].port
        else { return nil }
        return ForwardSlot(address: address, port: port, transport: transport)
    }

    private struct Document: Decodable {
        let nftables: [Entry]
    }

    private struct Entry: Decodable {
        let map: Elements?
        let set: Elements?
        let rule: Rule?
    }

    private struct Rule: Decodable {}

    private struct Elements: Decodable {
        let name: String
        let elem: [RuleValue]?
    }
}

/// A value in the output of `nft -j`, libnftables-json(5): a number, a text, a list, or an object with one key.
indirect enum RuleValue: Decodable {
    case number(Int)
    case text(String)
    case list([RuleValue])
    case object([String: RuleValue])
    case other

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {  // a refusal means that it is of the next kind
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([RuleValue].self) {
            self = .list(list)
        } else if let object = try? container.decode([String: RuleValue].self) {
            self = .object(object)
        } else {
            self = .other
        }
    }

    /// An element without the object that carries its comment: `{"elem": {"val": …, "comment": …}}`.
    var unwrapped: RuleValue {
        guard case .object(let outer) = self, case .object(let inner)? = outer["elem"], let value = inner["val"]
        else { return self }
        return value
    }

    /// The comment of an element.
    var comment: String? {
        guard case .object(let outer) = self, case .object(let inner)? = outer["elem"] else { return nil }
        return inner["comment"]?.text
    }

    /// The list of a `concat`.
    var concatenation: RuleValue? {
        guard case .object(let object) = unwrapped else { return nil }
        return object["concat"]
    }

    /// The text, of an element too.
    var text: String? {
        if case .text(let text) = unwrapped { return text }
        return nil
    }

    /// The number as a port.
    var port: UInt16? {
        if case .number(let number) = unwrapped { return UInt16(exactly: number) }
        return nil
    }
}
