import DevenvTestSupport
import LibvirtProvider
import Testing

/// What is read from XML.
@Suite struct XMLParserTests {
    @Test func elementsAttributesAndTextsAreRead() throws {
        let element = try XMLParser.parse(
            """
            <?xml version='1.0' encoding='UTF-8'?>
            <!-- libvirt says so -->
            <domain type="kvm" xmlns:d="urn:x">
              <name>a &amp; b&#10;</name>
              <d:machine d:name='&lt;ü&gt;'/>
            </domain>
            """)
        let expected = XMLElement(
            "domain", ["type": "kvm", "xmlns:d": "urn:x"],
            [XMLElement("name", text: "a & b\n"), XMLElement("d:machine", ["d:name": "<ü>"])])
        #expect(element == expected)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let element = XMLElement(
            "a", ["b": "'\"<>&\t\n", "c": ""],
            [XMLElement("d", text: " x\r\n "), XMLElement("e", [:], [XMLElement("f")])])
        #expect(try XMLParser.parse(element.description) == element)
    }

    @Test(arguments: [
        ("", "no element found"), ("<a>", "no element found"), ("<a></b>", "mismatched tag"),
        ("<!DOCTYPE a><a/>", "document type"), ("<a b='1' b='2'/>", "duplicate attribute"), ("<a>&x;</a>", "entity"),
    ])
    func whatIsNoDocumentIsRefusedWithAReason(text: String, reason: String) {
        let error = #expect(throws: XMLError.self) { try XMLParser.parse(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func errorsNameTheirPlace() {
        let error = #expect(throws: XMLError.self) { try XMLParser.parse("<a>\n  <b></c></a>") }
        #expect(error?.line == 2)
    }

    @Test func nestingHasALimit() throws {
        let deep = { (depth: Int) in String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth) }
        #expect(try XMLParser.parse(deep(XMLParser.deepest)).name == "a")
        let error = #expect(throws: XMLError.self) { try XMLParser.parse(deep(XMLParser.deepest + 1)) }
        #expect(error?.message.contains("deeper") == true)
    }
}
