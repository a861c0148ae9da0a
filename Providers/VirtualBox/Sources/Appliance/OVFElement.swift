import CExpat

/// An element of a description: enough of XML to find things in it.
final class OVFElement {
    /// The name without its name space: the elements are called the same in all versions of the format.
    let name: String
    /// The attributes, names as above.
    let attributes: [String: String]
    /// The elements within.
    fileprivate(set) var children: [OVFElement] = []
    /// The text directly within.
    fileprivate(set) var text = ""

    fileprivate init(_ name: String, _ attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// The elements of a name directly within.
    func all(_ name: String) -> [OVFElement] { children.filter { $0.name == name } }

    /// The first element along a path of names.
    func first(_ path: String...) -> OVFElement? {
        path.reduce(Optional(self)) { element, name in element?.children.first { $0.name == name } }
    }

    /// The text of the first element of a name directly within, without spaces around it.
    func value(_ name: String) -> String? {
        first(name)?.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The outermost element; nil for what is no XML, or is more than a description ever is. Document types are refused, and
    /// with them entities of the document's own.
    static func parse(_ bytes: [UInt8]) -> OVFElement? {
        guard bytes.count <= 4 << 20 else { return nil }
        let reading = OVFReading()
        return reading.read(bytes)
    }
}

/// One run of expat.
private final class OVFReading {
    private var parser: OpaquePointer?
    private var open: [OVFElement] = []
    private var root: OVFElement?
    private var count = 0

    func read(_ bytes: [UInt8]) -> OVFElement? {
        guard let parser = XML_ParserCreateNS("UTF-8", CChar(bitPattern: UInt8(ascii: "|"))) else { return nil }
        defer { XML_ParserFree(parser) }
        self.parser = parser
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { context, name, pairs in
                guard let reading = OVFReading.at(context), let name else { return }
                reading.begin(OVFReading.local(name), OVFReading.attributes(pairs))
            }, { context, _ in OVFReading.at(context)?.end() })
        XML_SetCharacterDataHandler(parser) { context, text, length in
            guard let reading = OVFReading.at(context), let text else { return }
            let bytes = UnsafeBufferPointer(start: text, count: Int(length)).map { UInt8(bitPattern: $0) }
            reading.open.last?.text += String(decoding: bytes, as: UTF8.self)
        }
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in OVFReading.at(context)?.stop() }
        let status = bytes.withUnsafeBytes { bytes in
            XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), Int32(XML_TRUE))
        }
        return status == XML_STATUS_OK ? root : nil
    }

    private func begin(_ name: String, _ attributes: [String: String]) {
        count += 1
        guard count <= 100_000, open.count < 100 else { return stop() }
        let element = OVFElement(name, attributes)
        open.last?.children.append(element)
        if root == nil { root = element }
        open.append(element)
    }

    private func end() { open.removeLast() }

    private func stop() { _ = XML_StopParser(parser, UInt8(XML_FALSE)) }

    private static func at(_ context: UnsafeMutableRawPointer?) -> OVFReading? {
        context.map { Unmanaged<OVFReading>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func attributes(_ pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> [String: String] {
        var attributes: [String: String] = [:]
        var next = 0
        while let pairs, let key = pairs[next], let value = pairs[next + 1] {
            attributes[local(key)] = String(cString: value)
            next += 2
        }
        return attributes
    }

    private static func local(_ name: UnsafePointer<CChar>) -> String {
        let text = String(cString: name)
        return text.split(separator: "|").last.map(String.init) ?? text
    }
}
