import CLibSSH2
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// The one place where an endpoint's troubles get their words.
struct SSHFailure: Sendable {
    private let place: String

    init(_ endpoint: SSHEndpoint) {
        let way = endpoint.proxy.map { " through '\($0.first ?? "")'" } ?? ""
        place = "\(endpoint.user)@\(endpoint.host):\(endpoint.port)" + way
    }

    func refused() -> CommunicatorError {
        CommunicatorError(.refused, "connecting to \(place): nobody listens there")
    }

    func silent(_ reason: String) -> CommunicatorError {
        CommunicatorError(.silent, "connecting to \(place): \(reason)")
    }

    /// The program that leads to the server has ended before the server let us in.
    func programEnded(_ outcome: ToolOutcome) -> CommunicatorError {
        let complaint = outcome.complaint.isEmpty ? "" : ": \(outcome.complaint)"
        return CommunicatorError(
            .connectionLost, "connecting to \(place): the program ended with status \(outcome.status)\(complaint)")
    }

    func lost(_ reason: String) -> CommunicatorError {
        CommunicatorError(.connectionLost, "the connection to \(place) broke: \(reason)")
    }

    func failed(_ reason: String) -> CommunicatorError {
        CommunicatorError(.failed, "talking to \(place): \(reason)")
    }

    func cancelled() -> CommunicatorError { CommunicatorError(.cancelled, "talking to \(place) was interrupted") }

    func inputFailed(_ reason: String) -> CommunicatorError {
        CommunicatorError(.localFile, "reading what a command on \(place) should get as its input: \(reason)")
    }

    func timedOut(after time: Duration) -> CommunicatorError {
        CommunicatorError(.timedOut, "a command on \(place) took longer than \(time.brief) and was given up")
    }

    func neverReady(after time: Duration, last: CommunicatorError) -> CommunicatorError {
        CommunicatorError(last.code, "waited \(time.brief) for \(place) to let us in; at last: \(last.message)")
    }

    func wrongHostKey(expected: String, presented: String) -> CommunicatorError {
        CommunicatorError(
            .wrongHostKey,
            "connecting to \(place): its host key is \(presented), not \(expected) that the machine was made with; "
                + "somebody else answers there, or the machine was replaced: destroy it and bring it up again")
    }

    func keyRefused(identity: String, reason: String) -> CommunicatorError {
        CommunicatorError(
            .authentication,
            "logging in to \(place): the key '\(identity)' was not accepted (\(reason)); "
                + "check ssh.user and ssh.key, and authorized_keys in the machine")
    }

    func unusableKey(identity: String, reason: String) -> CommunicatorError {
        CommunicatorError(
            .localFile,
            "logging in to \(place): the key '\(identity)' can't be used (\(reason)); "
                + "it must be a private key without a passphrase")
    }
}
