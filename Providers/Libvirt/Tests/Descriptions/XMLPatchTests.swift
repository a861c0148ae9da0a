import DevenvPluginAPI
import LibvirtProvider
import Testing

/// Changes of a finished description.
@Suite struct XMLPatchTests {
    private static let document = "<d><a n='1'><b/></a><a n='2'>old</a><c/></d>"

    @Test(arguments: [
        ("a", XMLPatch.Change.set(["n": "3"]), "<d><a n='3'><b/></a><a n='2'>old</a><c/></d>"),
        ("a[2]", .set(["m": "x"]), "<d><a n='1'><b/></a><a n='2' m='x'>old</a><c/></d>"),
        ("a[@n='2']", .text("new"), "<d><a n='1'><b/></a><a n='2'>new</a><c/></d>"),
        ("a/b", .remove, "<d><a n='1'/><a n='2'>old</a><c/></d>"),
        ("c", .remove, "<d><a n='1'><b/></a><a n='2'>old</a></d>"),
        ("a/b", .add(XMLElement("e")), "<d><a n='1'><b><e/></b></a><a n='2'>old</a><c/></d>"),
        ("", .add(XMLElement("e")), "<d><a n='1'><b/></a><a n='2'>old</a><c/><e/></d>"),
        ("", .set(["z": "1"]), "<d z='1'><a n='1'><b/></a><a n='2'>old</a><c/></d>"),
    ])
    func aPatchChangesOneElement(path: String, change: XMLPatch.Change, result: String) throws {
        var document = try XMLParser.parse(Self.document)
        try XMLPatch(#require(XMLPath(path)), change).apply(to: &document)
        #expect(document == (try XMLParser.parse(result)))
    }

    @Test(arguments: ["x", "a[3]", "a[@n='3']", "a/b/c", "c/b"])
    func aPathThatLeadsNowhereIsRefused(path: String) throws {
        var document = try XMLParser.parse(Self.document)
        let before = document
        let patch = try XMLPatch(#require(XMLPath(path)), .remove)
        let error = #expect(throws: ProviderError.self) { try patch.apply(to: &document) }
        #expect(error?.code == .invalidRequest && error?.message.contains("'\(path)'") == true)
        #expect(document == before)
    }

    @Test(arguments: ["/", "a/", "/a", "a//b", "a[0]", "a[-1]", "a[x]", "a[1", "a[1]b", "a[@n]", "a[@n=1]", "a[@='1']"])
    func whatIsNoPathIsRefused(text: String) {
        #expect(XMLPath(text) == nil)
    }

    @Test func patchesAreAppliedInTheirOrderToTheMachine() throws {
        var options = LibvirtOptions()
        options.patches = [
            XMLPatch(try #require(XMLPath("clock")), .set(["offset": "localtime"])),
            XMLPatch(
                try #require(XMLPath("")),
                .add(XMLElement("qemu:commandline", [:], [XMLElement("qemu:arg", ["value": "-s"])]))),
            XMLPatch(try #require(XMLPath("qemu:commandline/qemu:arg")), .set(["value": "-S"])),
        ]
        let xml = try DomainDescription(
            request: Sample.request(), options: options, host: Sample.tcg, files: Sample.files
        ).xml
        #expect(xml["clock"]?[attribute: "offset"] == "localtime")
        #expect(xml["qemu:commandline", "qemu:arg"]?[attribute: "value"] == "-S")
        #expect(xml[attribute: "xmlns:qemu"] == "http://libvirt.org/schemas/domain/qemu/1.0")
    }
}
