import DevenvHost
import SystemPackage
import Testing

@testable import DevenvDownload

@Suite struct CurlCallTests {
    @Test func aURLIsNeverAnArgument() throws {
        let address = try #require(WebAddress("https://user:secret@example.com/a.box?token=x"))
        let call = CurlCall.transfer(address, range: (start: 512, validator: "\"tag\""))
        #expect(call.tool == "curl")
        #expect(
            call.arguments == [
                "--config", "-", "--include", "--suppress-connect-headers", "--silent", "--show-error", "--globoff",
                "--netrc-optional", "--location", "--max-redirs", "10", "--proto", "=http,https", "--proto-redir",
                "=https",
                "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60",
            ])
        #expect(
            String(decoding: call.input, as: UTF8.self) == """
                url = "https://user:secret@example.com/a.box?token=x"
                header = "Range: bytes=512-"
                header = "If-Range: \\"tag\\""

                """)
    }

    @Test func onlyAnUnencryptedAddressMayLeadToAnother() throws {
        let address = try #require(WebAddress("http://example.com/a.box"))
        #expect(CurlCall.common(address).contains("=http,https"))
        #expect(
            String(decoding: CurlCall.transfer(address).input, as: UTF8.self) == "url = \"http://example.com/a.box\"\n")
    }

    @Test func documentsAreReadByOneCall() throws {
        let items = try ["http://a/1", "https://b/2"].map { text in
            CurlBatch.Item(
                address: try #require(WebAddress(text)),
                known: DocumentCache.Entry(bytes: [], tag: "\"x\"", changed: nil))
        }
        let call = CurlBatch(items: items, directory: "/cache").call
        #expect(call.arguments == ["--config", "-", "--parallel", "--parallel-max", "16", "--silent"])
        let lines = String(decoding: call.input, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.filter { $0 == "next" }.count == 1)
        #expect(lines.filter { $0 == "location" }.count == 2)
        #expect(lines.filter { $0 == #"header = "If-None-Match: \"x\"""# }.count == 2)
        #expect(lines.contains(#"output = "/cache/1.body""#))
        #expect(lines.contains(#"proto-redir = "=https""#))
        #expect(lines.contains(#"write-out = "%{json}\\n""#))
    }
}

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://user:pw@host:8443/a/b.json?token=s#f", "https://host:8443/a/b.json?…"),
        ("http://host", "http://host"), ("HTTP://host/x@y", "http://host/x@y"),
    ]) func nothingSecretIsPrinted(text: String, printed: String) throws {
        #expect(try #require(WebAddress(text)).description == printed)
    }

    @Test(arguments: ["", "host/a", "ftp://host/a", "file:///a", "http://", "http:///a", "http://a b", "http://a\nb"])
    func whatIsNoWebAddressIsRefused(text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test(arguments: [
        ("../files/a.box", "http://h/c/files/a.box"), ("a.box", "http://h/c/boxes/a.box"),
        ("/a.box", "http://h/a.box"), ("./x/../a.box", "http://h/c/boxes/a.box"),
        ("https://other/a", "https://other/a"), ("../../../../a", "http://h/a"),
    ]) func whatARelativeAddressMeans(reference: String, whole: String) throws {
        let base = try #require(WebAddress("http://h/c/boxes/debian.json"))
        #expect(base.resolving(reference)?.text == whole)
    }

    @Test func anAddressOfAHostAloneHasARoot() throws {
        #expect(try #require(WebAddress("http://h")).resolving("a")?.text == "http://h/a")
    }
}

@Suite struct ResponseTests {
    @Test func headsOfRedirectionsArePassedOver() throws {
        var reader = HeadReader()
        guard
            case .incomplete = reader.feed(
                Array("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\n".utf8))
        else {
            Issue.record("the head is not complete yet")
            return
        }
        let rest = "\r\nHTTP/2 206 \r\nContent-Range: bytes 5-9/10\r\nETag: \"a\"\r\n\r\nHTTP/1.1 is the body"
        guard case .complete(let head, let body) = reader.feed(Array(rest.utf8)) else {
            Issue.record("the head is complete")
            return
        }
        #expect(head.status == 206)
        #expect(head.contentRange?.start == 5)
        #expect(head.totalLength == 10)
        #expect(head.validator == "\"a\"")
        #expect(String(decoding: body, as: UTF8.self) == "HTTP/1.1 is the body")
    }

    @Test(
        arguments: [
            (["ETag: W/\"a\""], nil), (["ETag: \"a\""], "\"a\""), ([], nil),
            (["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"], nil),
            (["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "Date: Sun, 06 Nov 1994 08:50:36 GMT"], nil),
            (
                ["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "Date: Sun, 06 Nov 1994 08:50:37 GMT"],
                "Sun, 06 Nov 1994 08:49:37 GMT"
            ),
        ] as [([Substring], String?)]) func onlyWhatTellsVersionsApartIsAValidator(
            fields: [Substring], validator: String?
        )
        throws
    {
        #expect(try #require(ResponseHead(["HTTP/1.1 200 OK"] + fields)).validator == validator)
    }

    @Test func timesOfTheWebAreUnderstood() {
        #expect(WebTime.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(WebTime.seconds("Thu, 29 Feb 2024 00:00:00 GMT") == 1_709_164_800)
        #expect(WebTime.seconds("yesterday") == nil)
    }

    @Test func theRateIsThatOfTheLastSeconds() {
        let start = ContinuousClock.now
        var meter = RateMeter(at: start, bytes: 0)
        for second in 1...20 { meter.add(Int64(second) * 100, at: start + .seconds(second)) }
        #expect(
            meter.progress(total: 3_000)
                == DownloadProgress(received: 2_000, total: 3_000, rate: 100, remaining: .seconds(10)))
        #expect(meter.progress(total: nil).remaining == nil)
    }
}
