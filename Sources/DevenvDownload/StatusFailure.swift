/// What a response without the file means.
struct StatusFailure: Sendable {
    let head: ResponseHead
    let attempt: String

    /// How the transfer ends.
    var ending: Transfer.Ending {
        switch head.status {
        case 408, 425, 429, 500, 502, 503, 504: .brokenOff(error, after: pause)
        default: .failed(error)
        }
    }

    /// What the server asks to wait, in seconds (RFC 9110, section 10.2.3); a time of day is not looked at.
    private var pause: Duration? { head.fields["retry-after"].flatMap { Int64($0) }.map { .seconds($0) } }

    var error: DownloadError {
        switch head.status {
        case 404, 410:
            DownloadError(
                .missing, "\(attempt): the server does not have it (status \(head.status))",
                help: "check the address")
        case 401, 403, 407:
            DownloadError(
                .refused, "\(attempt): the server refuses it (status \(head.status))",
                help: "curl takes names and passwords from ~/.netrc, and proxies from https_proxy and http_proxy")
        case 300..<400:
            DownloadError(
                .wrongContent, "\(attempt): the server answers with status \(head.status) and no new address")
        case 500..<600, 429, 408, 425:
            DownloadError(
                .unreachable, "\(attempt): the server can't answer now (status \(head.status))",
                help: "what has come is kept: try again later")
        default: DownloadError(.failed, "\(attempt): the server answers with status \(head.status)")
        }
    }
}
