import CLibSSH2
import DevenvPluginAPI

/// A channel of an SSH session (RFC 4254, section 5), never blocking. Where a result is nil, the call is to be repeated
/// when bytes have come in.
@safe struct LibSSH2Channel: ~Copyable {
    private let channel: OpaquePointer
    /// Keeps the session alive, which the channel is a part of.
    let connection: SSHConnection
    private var isReleased = false

    init(_ channel: OpaquePointer, owner: SSHConnection) {
        unsafe self.channel = channel
        self.connection = owner
    }

    deinit {
        if !isReleased { unsafe libssh2_channel_free(channel) }  // a safety net: its user frees it
    }

    /// Starts a command.
    func execute(_ command: String) throws(LibSSH2Error) -> Int? {
        try connection.session.check(
            Int(
                unsafe libssh2_channel_process_startup(
                    channel, "exec", 4, command, UInt32(command.utf8.count))))
    }

    /// Reads what has arrived of an output; 0 where that is nothing.
    func read(_ stream: OutputStream, into buffer: inout [UInt8]) throws(LibSSH2Error) -> Int? {
        let number = stream == .standardOutput ? 0 : SSH_EXTENDED_DATA_STDERR
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe libssh2_channel_read_ex(
                channel, number, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return try connection.session.check(count)
    }

    /// Whether all output has been read and no more will come.
    var isAtEnd: Bool { unsafe libssh2_channel_eof(channel) == 1 }

    /// Whether the server has closed the channel; after that the exit is known. To be asked at the end of the output.
    func isClosed() throws(LibSSH2Error) -> Bool {
        try connection.session.check(Int(unsafe libssh2_channel_wait_closed(channel))) != nil
    }

    /// Sends input, as much as the server has room for.
    func write(_ bytes: ArraySlice<UInt8>) throws(LibSSH2Error) -> Int? {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe libssh2_channel_write_ex(
                channel, 0, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return try connection.session.check(count)
    }

    /// Says that no more input comes.
    func endInput() throws(LibSSH2Error) -> Int? {
        try connection.session.check(Int(unsafe libssh2_channel_send_eof(channel)))
    }

    /// How the command ended.
    func exit() -> RemoteExit {
        var name: UnsafeMutablePointer<CChar>?
        var length = 0
        _ = unsafe libssh2_channel_get_exit_signal(channel, &name, &length, nil, nil, nil, nil)
        guard let name = unsafe name else { return .status(Int(unsafe libssh2_channel_get_exit_status(channel))) }
        return .signal(unsafe connection.session.take(name))
    }

    /// Sends the message that closes the channel and frees it. Where the server has not closed it yet, its answer is not
    /// waited for, as it may not come before the command has read its input; libssh2 frees the rest with the session.
    mutating func free() {
        guard !isReleased else { return }
        _ = unsafe libssh2_channel_free(channel)
        isReleased = true
    }
}
