/// An element of an XML document as a value: what is written is escaped, never pasted.
package struct XMLElement: Hashable, Sendable {
    /// An attribute; namespace declarations are attributes too.
    package struct Attribute: Hashable, Sendable {
        /// Its name, with a prefix where it has one.
        package let name: String
        /// Its value, unescaped.
        package let value: String
    }

    /// What stands between an element's tags.
    package enum Node: Hashable, Sendable {
        /// An element.
        case element(XMLElement)
        /// Text, unescaped.
        case text(String)
    }

    /// Its name, with a prefix where it has one.
    package var name: String
    /// Its attributes, in order.
    package var attributes: [Attribute]
    /// What it holds, in order.
    package var nodes: [Node]

    /// Makes an element; attributes without a value are left out.
    package init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [XMLElement?] = []) {
        self.name = name
        self.attributes = attributes.compactMap { name, value in value.map { Attribute(name: name, value: $0) } }
        nodes = children.compactMap { $0.map(Node.element) }
    }

    /// Makes an element that holds a text.
    package init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) {
        self.init(name, attributes)
        nodes = [.text(text)]
    }

    /// The elements that it holds.
    package var children: [XMLElement] {
        nodes.compactMap { node in
            if case .element(let element) = node { return element }
            return nil
        }
    }

    /// The texts that it holds itself, joined.
    package var text: String {
        nodes.reduce(into: "") { text, node in
            if case .text(let part) = node { text += part }
        }
    }

    /// An attribute's value.
    package subscript(attribute name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// The first element at the end of a path of names.
    package subscript(path: String...) -> XMLElement? {
        path.reduce(self) { element, name in element?.children.first { $0.name == name } }
    }

    /// The elements of this name that it holds.
    package func children(named name: String) -> [XMLElement] { children.filter { $0.name == name } }
}

extension XMLElement: CustomStringConvertible {
    /// The element as XML 1.0, one element a line, indented by two; text stands unchanged.
    package var description: String { rendered(indent: "") }

    private func rendered(indent: String) -> String {
        let start = attributes.reduce(into: indent + "<" + name) { text, attribute in
            text += " \(attribute.name)='\(Self.escaped(attribute.value))'"
        }
        guard !nodes.isEmpty else { return start + "/>" }
        if nodes.contains(where: \.isText) {
            return start + ">" + nodes.map(\.inlined).joined() + "</\(name)>"
        }
        let inner = children.map { $0.rendered(indent: indent + "  ") }.joined(separator: "\n")
        return start + ">\n" + inner + "\n" + indent + "</\(name)>"
    }

    /// Escapes for attributes in either quotes and for text (XML 1.0, section 2.4). Control characters other than tab
    /// and line ends can't be in a document in any form: they become U+FFFD.
    fileprivate static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

extension XMLElement.Node {
    fileprivate var isText: Bool {
        if case .text = self { return true }
        return false
    }

    fileprivate var inlined: String {
        switch self {
        case .element(let element): element.description
        case .text(let text): XMLElement.escaped(text)
        }
    }
}
