/// What came of a `RemoteProgram`.
package enum RemoteProgramOutcome: Sendable {
    /// It ran to its end.
    case ended(status: Int, boot: String)
    /// It gave up and said why.
    case refused(reason: String)
    /// The login shell or sudo ended before it could begin; with the last of what they said.
    case notStarted(RemoteExit, complaint: String)
    /// It was ended by something else before it could say how it went.
    case brokenOff(RemoteExit, boot: String)
    /// The machine could no longer be talked to; with the boot that the program began in, if it did.
    case unreachable(CommunicatorError, boot: String?)
}
