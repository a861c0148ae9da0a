import DevenvPluginAPI

/// A command on a channel of its own: starts it and moves its input and output until it has ended. Lives on the session's thread.
struct RunningCommand: ~Copyable {
    private var channel: LibSSH2Channel
    private let input: CommandInput
    private let output: OutputHandler
    private var chunk: ArraySlice<UInt8> = []
    private var inputIsOver = false
    private var buffer = [UInt8](repeating: 0, count: 32 << 10)

    /// How much may be moved before other commands have their turn.
    private static let turn = 512 << 10

    /// What one step came to.
    enum Step {
        /// Nothing is left to do until something happens.
        case idle
        /// The turn is over, not the work.
        case turnIsOver
        /// The command has ended.
        case ended(RemoteExit)
        /// The input could not be made.
        case inputFailed(String)
    }

    init(on channel: consuming LibSSH2Channel, input: CommandInput, output: @escaping OutputHandler) {
        self.channel = channel
        self.input = input
        self.output = output
    }

    /// Asks the server to start the command. Nil: call again when bytes have come in.
    func start(_ command: String) throws(LibSSH2Error) -> Void? { try channel.execute(command).map { _ in } }

    /// Moves what can be moved now.
    mutating func step(congested: () -> Bool) throws(LibSSH2Error) -> Step {
        let outputIsRead = try readAll(.standardOutput)
        let errorIsRead = try readAll(.standardError)
        let isAllRead = outputIsRead && errorIsRead
        if channel.isAtEnd, try channel.isClosed() { return .ended(channel.exit()) }
        if inputIsOver { return isAllRead ? .idle : .turnIsOver }
        let written = try writeAll(congested)
        if case .idle = written { return isAllRead ? .idle : .turnIsOver }
        return written
    }

    /// Closes the channel, whether the command has ended or goes on.
    mutating func close() { channel.free() }

    /// Whether all that has arrived was read, rather than all that one turn allows.
    private mutating func readAll(_ stream: OutputStream) throws(LibSSH2Error) -> Bool {
        var moved = 0
        while moved < Self.turn {
            guard let count = try channel.read(stream, into: &buffer), count > 0 else { return true }
            output(stream, Array(buffer[..<count]))
            moved += count
        }
        return false
    }

    private mutating func writeAll(_ congested: () -> Bool) throws(LibSSH2Error) -> Step {
        var moved = 0
        while moved < Self.turn, !congested() {
            if chunk.isEmpty, let end = try takeInput() { return end }
            guard let count = try channel.write(chunk) else { return .idle }
            chunk = chunk.dropFirst(count)
            moved += count
        }
        return congested() ? .idle : .turnIsOver
    }

    /// Takes the next chunk; not nil where there is none.
    private mutating func takeInput() throws(LibSSH2Error) -> Step? {
        switch input.take() {
        case .nothingYet: return .idle
        case .bytes(let bytes): chunk = bytes[...]
        case .failure(let reason): return .inputFailed(reason)
        case .end:
            inputIsOver = try channel.endInput() != nil
            return .idle
        }
        return nil
    }
}
