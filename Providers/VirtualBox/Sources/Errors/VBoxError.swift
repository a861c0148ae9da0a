/// Why VirtualBox did not do what it was asked for.
struct VBoxError: Error, Hashable, Sendable {
    /// What kind of failure it is. VirtualBox's own results are numbers; the words around them change.
    enum Code: Hashable, Sendable {
        /// A result of VirtualBox: `VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)`.
        case result(UInt32)
        /// It was refused, with no result beside the message.
        case refused
        /// VBoxManage is not installed.
        case missing
        /// It took too long and was ended.
        case timedOut
        /// The command was interrupted.
        case cancelled
        /// It is a release that devenv does not work with.
        case tooOld
        /// It could not be started, or wrote what nobody understands.
        case failed
    }

    /// What kind of failure it is.
    let code: Code
    /// The first line of its message, without a full stop.
    let message: String
    /// Further lines of it: what lies behind.
    let details: [String]
    /// The file system whose want of room is the reason.
    var fullDisk: FullDisk?

    /// Describes a failure.
    init(_ code: Code, _ message: String, details: [String] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    private static let notFound: Code = .result(0x80BB_0001)
    private static let invalidState: Code = .result(0x80BB_0002)
    private static let invalidObjectState: Code = .result(0x80BB_0007)
    private static let fileError: Code = .result(0x80BB_0004)
    private static let runtimeError: Code = .result(0x80BB_0005)
    private static let failure: Code = .result(0x8000_4005)
    private static let abort: Code = .result(0x8000_4004)
    private static let inUse: Code = .result(0x80BB_000C)
    private static let accessDenied: Code = .result(0x8007_0005)
    private static let serverGone: [Code] = [
        .result(0x8004_0154), .result(0x8007_06BE), .result(0x8007_06BA),
    ]

    /// Whether the machine, disk or snapshot is not there.
    var isMissing: Bool { code == Self.notFound }
    /// Whether the machine is in a state in which this can't be done, such as one that does not run, or whose process has just
    /// ended.
    var isWrongState: Bool {
        code == Self.invalidState || message.hasSuffix("is not currently running")
            || message.hasSuffix("The VM session was aborted")
    }
    /// Whether somebody has what is to be changed: a process of VirtualBox has the machine, or another disk needs the disk.
    var isInUse: Bool { code == Self.inUse }
    /// Whether a machine is locked: by a call that is about to end, or by a window in which somebody works on it. The same
    /// result stands for snapshots with several children, which can't be deleted however long one waits.
    var isLocked: Bool { code == Self.invalidObjectState && message.contains("lock") }
    /// Whether VirtualBox can't read the machine's settings.
    var isInaccessible: Bool { code == Self.accessDenied && message.contains("functionality is limited") }

    /// Whether it may be for want of room: files are named where one could not be written, and not always why; and the service may
    /// end for it.
    var mayBeFullDisk: Bool {
        ([Self.fileError, Self.runtimeError, Self.failure, Self.abort] + Self.serverGone).contains(code)
    }

    /// Whether the same call may well succeed in a moment: a machine is on its way into another state, or the service that
    /// all calls go to has ended and is started anew by the next.
    var isTransient: Bool {
        if Self.serverGone.contains(code) || says("Failed to create the VirtualBox object") || isLocked { return true }
        if code == Self.accessDenied, message.contains("not ready") { return true }
        // the process of a machine that starts or ends has its session already, or still, and nothing behind it; which of the
        // two lines comes first depends on the moment
        return ["session is not locked", "from the direct session"].contains(where: says)
    }

    /// Whether a text is in the message or in what lies behind.
    func says(_ text: String) -> Bool { message.contains(text) || details.contains { $0.contains(text) } }
}
