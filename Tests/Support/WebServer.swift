import DevenvHost
import FoundationEssentials
import Glibc
package import SystemPackage
import Testing

/// A real web server of a test's own, on 127.0.0.1: it serves the files of a directory with ranges and entity tags, and makes the
/// mistakes that it is told to.
///
///     try await WebServer.with { server in
///         try server.directory.write("hello", to: "files/a.box")
///         try server.fail("/files/a.box", .cut(after: 3), times: 1)
///         … server.url("/files/a.box")
///     }
package struct WebServer: Sendable {
    /// Its own directory; what lies in `www` is served.
    package let directory: TemporaryDirectory
    /// Where it listens.
    package let port: UInt16

    /// A mistake that it makes.
    package enum Fault: Sendable {
        /// It says how long the file is and ends the connection after this many bytes of what it was asked for.
        case cut(after: Int)
        /// It ends the connection after this many bytes of a response that does not say how long it is.
        case short(after: Int)
        /// It answers with this status.
        case status(Int)
        /// It ignores ranges.
        case withoutRanges
        /// It sends neither an entity tag nor a time.
        case withoutValidator
        /// It honours a range whatever `If-Range` says.
        case carelessRanges
        /// It sends the wrong part of the file.
        case wrongRange
        /// It sends a web page.
        case webPage
        /// It redirects to this address.
        case redirect(String)
        /// It ends the connection without a word.
        case hangUp
        /// It sends this many bytes a second.
        case slow(Int)
        /// It wants this user and password.
        case login(String)
    }

    /// Runs the body beside a server.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: (WebServer) async throws -> Value
    ) async throws -> Value {
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.appending("www"))
            try directory.write(WebServerScript.text, to: "server.py")
            let call = ToolInvocation(
                "python3", ["server.py"], directory: directory.path, output: .file(directory.path.appending("log")),
                timeout: .seconds(600))
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await SystemToolRunner().run(call) }
                defer { group.cancelAll() }
                try await eventually("the web server listens") { try directory.read("port") != nil }
                let port = try directory.read("port").flatMap { UInt16($0) }
                return try await body(WebServer(directory: directory, port: try #require(port)))
            }
        }
    }

    /// The URL of a path.
    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Puts a file in its place.
    @discardableResult
    package func serve(_ bytes: [UInt8], at path: String) throws -> FilePath {
        try directory.write(bytes, to: "www" + path)
    }

    /// Has it make a mistake with a path from now on, or so many times.
    package func fail(_ path: String, _ fault: Fault, times: Int? = nil) throws {
        var fields = fault.fields
        fields["path"] = .text(path)
        fields["times"] = times.map { .number($0) }
        let name = "faults/\(UInt64.random(in: .min ... .max)).json"
        let data = try JSONEncoder().encode(fields)
        try directory.write(Array(data), to: name)
    }

    /// Has it make no more mistakes.
    package func mend() throws { try HostFiles.remove(directory.path.appending("faults")) }

    /// The requests so far: `GET /path 206 bytes=5- "tag"`.
    package func requests() throws -> [String] {
        (try directory.read("requests") ?? "").split(separator: "\n").map(String.init)
    }
}

extension WebServer.Fault {
    fileprivate enum Field: Encodable {
        case text(String)
        case number(Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    fileprivate var fields: [String: Field] {
        switch self {
        case .cut(let after): ["kind": .text("cut"), "value": .number(after)]
        case .short(let after): ["kind": .text("short"), "value": .number(after)]
        case .status(let status): ["kind": .text("status"), "value": .number(status)]
        case .withoutRanges: ["kind": .text("no-ranges")]
        case .withoutValidator: ["kind": .text("no-validator")]
        case .carelessRanges: ["kind": .text("careless")]
        case .wrongRange: ["kind": .text("wrong-range")]
        case .webPage: ["kind": .text("page")]
        case .redirect(let address): ["kind": .text("redirect"), "value": .text(address)]
        case .hangUp: ["kind": .text("hang-up")]
        case .slow(let rate): ["kind": .text("slow"), "value": .number(rate)]
        case .login(let user): ["kind": .text("login"), "value": .text(user)]
        }
    }
}
