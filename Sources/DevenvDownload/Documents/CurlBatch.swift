import DevenvHost
import FoundationEssentials
import SystemPackage

/// One call of curl for many documents, as many at once as is polite.
struct CurlBatch: Sendable {
    /// One document of the call.
    struct Item: Sendable {
        let address: WebAddress
        let known: DocumentCache.Entry?
    }

    let items: [Item]
    /// Where the bodies and heads go.
    let directory: FilePath

    /// No catalog is larger.
    static let limit = 64 << 20

    /// The call. Each document's options are repeated, as they hold up to the word `next` only (curl(1)).
    var call: ToolInvocation {
        let texts = items.indices.map { options($0).joined(separator: "\n") }
        return ToolInvocation(
            "curl", ["--config", "-", "--parallel", "--parallel-max", "16", "--silent"],
            input: Array((texts.joined(separator: "\nnext\n") + "\n").utf8), timeout: .seconds(600))
    }

    private func options(_ index: Int) -> [String] {
        let item = items[index]
        var lines = [
            CurlCall.option("url", item.address.text), CurlCall.option("output", body(index).string),
            CurlCall.option("dump-header", head(index).string), CurlCall.option("write-out", "%{json}\\n"),
            "max-filesize = \(Self.limit)", "retry = 2",
        ]
        var words = CurlCall.common(item.address).dropFirst(2)[...]
        while let name = words.popFirst() {
            let value = words.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
            if value != nil { words.removeFirst() }
            lines.append(value.map { CurlCall.option(String(name.dropFirst(2)), $0) } ?? String(name.dropFirst(2)))
        }
        if let tag = item.known?.tag {
            lines.append(CurlCall.option("header", "If-None-Match: \(tag)"))
        } else if let changed = item.known?.changed {
            lines.append(CurlCall.option("header", "If-Modified-Since: \(changed)"))
        }
        return lines
    }

    func body(_ index: Int) -> FilePath { directory.appending("\(index).body") }
    func head(_ index: Int) -> FilePath { directory.appending("\(index).head") }

    /// What curl says about each document when it is done with it (curl(1), `--write-out`, `%{json}`).
    struct Report: Decodable, Sendable {
        let status: Int
        let exitStatus: Int
        let complaint: String?
        let output: String?

        private enum CodingKeys: String, CodingKey {
            case status = "http_code"
            case exitStatus = "exitcode"
            case complaint = "errormsg"
            case output = "filename_effective"
        }
    }

    /// The reports by the numbers of the documents.
    func reports(_ output: [UInt8]) -> [Int: Report] {
        var reports: [Int: Report] = [:]
        for line in output.split(separator: 0x0a) {
            guard let report = try? JSONDecoder().decode(Report.self, from: Data(line)),  // a line of something else
                let name = report.output.flatMap({ FilePath($0).lastComponent?.stem }), let index = Int(name)
            else { continue }
            reports[index] = report
        }
        return reports
    }
}
