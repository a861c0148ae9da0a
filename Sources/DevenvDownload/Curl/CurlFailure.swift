import DevenvHost

/// What an exit status of curl means (curl(1), "EXIT CODES").
enum CurlFailure {
    /// Whether another attempt may succeed: the network or the server broke off.
    static func isTransient(_ status: Int) -> Bool {
        [5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92, 95, 96].contains(status)
    }

    /// What to tell of a call that ended with a status other than 0.
    static func error(_ outcome: ToolOutcome, _ attempt: String) -> DownloadError {
        let reason = reason(outcome)
        switch outcome.status {
        case 5, 6, 7, 97:
            return DownloadError(
                .unreachable, "\(attempt): \(reason)",
                help: "check the address and the network; curl takes proxies from https_proxy and http_proxy")
        case 47:
            return DownloadError(
                .wrongContent, "\(attempt): the server redirects on and on (more than 10 times)",
                help: "check the address; if it is right, the server is set up wrongly")
        case 1:
            return DownloadError(
                .untrusted, "\(attempt): the server redirects to another protocol than it was asked over",
                help: "use the address that it redirects to, if you trust it")
        case 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91:
            return DownloadError(
                .untrusted, "\(attempt): no safe connection to the server: \(reason)",
                help: "if the server's certificate is your own authority's, add that to the host's certificates "
                    + "(update-ca-certificates), or name it in CURL_CA_BUNDLE")
        case 18, 52, 55, 56, 92:
            return DownloadError(
                .unreachable, "\(attempt): the server broke off each time: \(reason)",
                help: "what has come is kept: the same command goes on from there")
        case 28:
            return DownloadError(
                .unreachable, "\(attempt): nothing came for too long: \(reason)",
                help: "what has come is kept: the same command goes on from there")
        default: return DownloadError(.failed, "\(attempt): curl failed with status \(outcome.status): \(reason)")
        }
    }

    /// curl's own words, without its name and number.
    static func reason(_ outcome: ToolOutcome) -> String {
        let text = outcome.complaint
        guard let end = text.firstRange(of: ") ")?.upperBound, text.hasPrefix("curl: (") else {
            return text.isEmpty ? "status \(outcome.status)" : text
        }
        return String(text[end...])
    }
}
