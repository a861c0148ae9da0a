import DevenvTestSupport
import LibvirtProvider
import Testing

/// What is written into XML.
@Suite struct XMLElementTests {
    @Test func valuesAreEscaped() {
        let element = XMLElement("a", ["b": "<'\"&\n\u{1}", "c": nil], [XMLElement("d", text: "x<y & z"), nil])
        #expect(
            element.description
                == "<a b='&lt;&apos;&quot;&amp;&#10;\u{FFFD}'>\n  <d>x&lt;y &amp; z</d>\n</a>")
    }

    @Test func elementsAreFoundByPath() {
        let element = XMLElement("a", [:], [XMLElement("b", [:], [XMLElement("c", ["d": "e"])])])
        #expect(element["b", "c"]?[attribute: "d"] == "e")
        #expect(element["b", "x"] == nil)
    }
}
