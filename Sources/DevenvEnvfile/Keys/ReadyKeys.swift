import DevenvDiagnostics
import DevenvModel
import DevenvYAML

/// An item of `ready`.
enum ReadyKeys {
    struct Draft: Sendable {
        var tcp: UInt16?
        var http: String?
        var status: Int?
        var shell: String?
        var timeout = Duration.seconds(60)
        var interval = Duration.milliseconds(250)
    }

    static let table = KeyTable<Draft>(
        "an item of 'ready'",
        [
            Key("tcp", \.tcp, .port, "something in the machine accepts connections on this port"),
            Key("http", \.http, url, "a web server answers; a full URL, or a path on the machine's own port 80"),
            Key("status", \.status, .integer(100...599), "the status that 'http' must answer with; 200 by default"),
            Key("shell", \.shell, .script, "a command in the machine exits with 0"),
            Key("timeout", \.timeout, .duration, "how long it may take to become true; 60s by default"),
            Key("interval", \.interval, .duration, "how long to wait between two tries; 250ms by default"),
        ])

    static let type: ValueType<ReadyCheck> = ValueType<Draft>.object(table, Draft()).then { draft, node, scope in
        let probes: [ReadyCheck.Probe] =
            [
                draft.tcp.map { .tcp($0) }, draft.http.map { .http(url: $0, status: draft.status ?? 200) },
                draft.shell.map { .shell($0) },
            ].compactMap { $0 }
        let written = ["tcp", "http", "shell"].filter { node[$0] != nil }
        if written.count != 1 {
            scope.problems.error("an item of 'ready' needs one of tcp, http and shell", at: node.location)
        }
        if draft.status != nil, node["http"] == nil {
            scope.problems.error("'status' belongs to 'http'", at: node.entry("status")?.key.location)
        }
        return probes.first.map { ReadyCheck($0, timeout: draft.timeout, interval: draft.interval) }
    }

    private static let url = ValueType<String>.parsed("a URL or a path such as /health", format: .url) { text in
        text.hasPrefix("http://") || text.hasPrefix("https://") || text.hasPrefix("/") ? text : nil
    }
}
