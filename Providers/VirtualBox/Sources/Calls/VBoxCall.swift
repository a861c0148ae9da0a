/// A call of VBoxManage as a value: built by pure functions, tested by its arguments, made by `VBoxManage`.
struct VBoxCall: Hashable, Sendable {
    /// What a call does to VirtualBox.
    enum Effect: Hashable, Sendable {
        /// Nothing: it may be made twice, side by side.
        case none
        /// It changes something.
        case change
    }

    /// The arguments, without the program.
    let arguments: [String]
    /// What it does.
    let effect: Effect
    /// How long it may take. About one call in a hundred takes ten seconds more, when its client hangs on its way out.
    let timeout: Duration
    /// What it says on its standard output where it ends with status 1 although nothing is wrong.
    let harmless: String?

    /// Describes a call.
    init(
        _ arguments: [String], effect: Effect = .change, timeout: Duration = .seconds(60), harmless: String? = nil
    ) {
        self.arguments = arguments
        self.effect = effect
        self.timeout = max(timeout, Self.leastTimeout)
        self.harmless = harmless
    }

    /// A call that asks and changes nothing.
    static func question(_ arguments: [String], harmless: String? = nil) -> VBoxCall {
        VBoxCall(arguments, effect: .none, harmless: harmless)
    }

    /// Less would take the hanging of clients for a failure.
    private static let leastTimeout = Duration.seconds(30)
    /// For calls that copy disks.
    static let copyingTimeout = Duration.seconds(3600)
    /// For calls that write the memory of a machine, or read it.
    static let memoryTimeout = Duration.seconds(600)
}

extension VBoxCall: CustomStringConvertible {
    /// The subcommand with what it is about, for messages: `modifyvm`.
    var description: String { "VBoxManage \(arguments.first ?? "")" }
}
