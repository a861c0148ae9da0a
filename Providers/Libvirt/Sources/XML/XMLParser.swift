import CExpat

/// Why a text is no XML document that is taken.
package struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; lower case, without a full stop.
    package let message: String
    /// The line, counted from 1.
    package let line: Int
    /// The column, counted from 1.
    package let column: Int

    /// The place and what is wrong there.
    package var description: String { "\(line):\(column): \(message)" }
}

/// Reads XML documents.
package struct XMLParser {
    /// The most bytes that a document may have.
    package static let longestText = 16 << 20
    /// How deep elements may nest.
    package static let deepest = 100

    /// Reads a document. Names keep their prefixes, comments and processing instructions are dropped, and so is white
    /// space between elements. Document type declarations are refused, and with them entities of the document's own.
    package static func parse(_ text: String) throws(XMLError) -> XMLElement {
        guard text.utf8.count <= longestText else {
            throw XMLError(message: "the document has more than \(longestText) bytes", line: 1, column: 1)
        }
        return try XMLParserRun().parse(text)
    }
}

/// One run of expat.
@safe private final class XMLParserRun {
    private let parser: OpaquePointer
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var refusal: XMLError?

    init() {
        guard let parser = unsafe XML_ParserCreate("UTF-8") else {
            preconditionFailure("expat has no memory for a parser")
        }
        unsafe self.parser = parser
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    func parse(_ text: String) throws(XMLError) -> XMLElement {
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(parser, Self.start, Self.end)
        unsafe XML_SetCharacterDataHandler(parser, Self.text)
        unsafe XML_SetStartDoctypeDeclHandler(parser, Self.documentType)
        let status = unsafe XML_Parse(parser, text, Int32(text.utf8.count), Int32(XML_TRUE))
        if let refusal { throw refusal }
        guard status == XML_STATUS_OK, let root else { throw complaint() }
        return root
    }

    private func complaint() -> XMLError {
        let words = unsafe XML_ErrorString(XML_GetErrorCode(parser)).map { unsafe String(cString: $0) }
        return error(words ?? "no reason given")
    }

    private func error(_ message: String) -> XMLError {
        let line = unsafe XML_GetCurrentLineNumber(parser)
        let column = unsafe XML_GetCurrentColumnNumber(parser)
        return XMLError(message: message, line: Int(line), column: Int(column) + 1)
    }

    private func refuse(_ message: String) {
        guard refusal == nil else { return }
        refusal = error(message)
        _ = unsafe XML_StopParser(parser, UInt8(XML_FALSE))
    }

    private func begin(_ name: String, _ attributes: [XMLElement.Attribute]) {
        guard open.count < XMLParser.deepest else {
            refuse("elements nest deeper than \(XMLParser.deepest)")
            return
        }
        var element = XMLElement(name)
        element.attributes = attributes
        open.append(element)
    }

    /// expat hands a text over in parts.
    private func add(_ text: String) {
        guard var element = open.popLast() else { return }
        if case .text(let before)? = element.nodes.last {
            element.nodes[element.nodes.count - 1] = .text(before + text)
        } else {
            element.nodes.append(.text(text))
        }
        open.append(element)
    }

    private func finish() {
        guard var element = open.popLast() else { return }
        if element.nodes.contains(where: { $0.isElement }) { element.nodes.removeAll { $0.isBlank } }
        guard !open.isEmpty else {
            root = element
            return
        }
        open[open.count - 1].nodes.append(.element(element))
    }
}

/// The functions that expat calls, with the run as their context.
extension XMLParserRun {
    private typealias Context = UnsafeMutableRawPointer?
    private typealias Text = UnsafePointer<CChar>?

    private static let start: @convention(c) (Context, Text, UnsafeMutablePointer<Text>?) -> Void = {
        context, name, pairs in
        var attributes: [XMLElement.Attribute] = []
        var next = 0
        while let pairs = unsafe pairs, let name = unsafe pairs[next], let value = unsafe pairs[next + 1] {
            attributes.append(
                XMLElement.Attribute(name: unsafe String(cString: name), value: unsafe String(cString: value)))
            next += 2
        }
        guard let name = unsafe name else { return }
        unsafe from(context)?.begin(unsafe String(cString: name), attributes)
    }

    private static let end: @convention(c) (Context, Text) -> Void = { context, _ in
        unsafe from(context)?.finish()
    }

    private static let text: @convention(c) (Context, Text, Int32) -> Void = { context, text, length in
        guard let text = unsafe text else { return }
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(length))
        unsafe from(context)?.add(String(decoding: bytes, as: UTF8.self))
    }

    private static let documentType: @convention(c) (Context, Text, Text, Text, Int32) -> Void = {
        context, _, _, _, _ in
        unsafe from(context)?.refuse("document type declarations are not allowed")
    }

    private static func from(_ context: Context) -> XMLParserRun? {
        unsafe context.map { unsafe Unmanaged<XMLParserRun>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension XMLElement.Node {
    fileprivate var isElement: Bool {
        if case .element = self { return true }
        return false
    }

    fileprivate var isBlank: Bool {
        if case .text(let text) = self { return text.allSatisfy(\.isWhitespace) }
        return false
    }
}
