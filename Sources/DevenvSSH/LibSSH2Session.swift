import CLibSSH2
import SystemPackage

/// An error of libssh2.
struct LibSSH2Error: Error {
    let code: Int32
    let reason: String

    /// Whether it concerns one channel only, so that the others may go on.
    var isOfChannel: Bool {
        [LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED].contains(code)
    }
}

/// An SSH session of libssh2, never blocking. Its thread is its owner's business.
@safe struct LibSSH2Session: ~Copyable {
    private let session: OpaquePointer
    /// What it sends and receives.
    let wire: SSHWire

    /// libssh2_init(3) is not safe on several threads at once; a static is made only once.
    private static let status = libssh2_init(0)

    /// Makes a session on a connected socket; nil where memory is out.
    init?(on socket: consuming SSHSocket) {
        let wire = SSHWire(socket)
        let context = unsafe Unmanaged.passUnretained(wire).toOpaque()
        guard Self.status == 0, let session = unsafe libssh2_session_init_ex(nil, nil, nil, context) else { return nil }
        let receive = unsafe unsafeBitCast(SSHWire.receive, to: UnsafeMutableRawPointer.self)
        let send = unsafe unsafeBitCast(SSHWire.send, to: UnsafeMutableRawPointer.self)
        _ = unsafe libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, receive)
        _ = unsafe libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, send)
        unsafe libssh2_session_set_blocking(session, 0)
        unsafe self.session = session
        self.wire = wire
    }

    deinit {
        // On an ended socket nothing can ask us to call again for long: every channel that is left is freed locally.
        wire.socket.shutDown()
        for _ in 0..<16 where unsafe libssh2_session_free(session) != LIBSSH2_ERROR_EAGAIN { break }
    }

    /// Sets the order of preference for a kind of algorithm; names that libssh2 doesn't know are passed over.
    func prefer(_ algorithms: [String], for method: Int32) {
        _ = unsafe libssh2_session_method_pref(session, method, algorithms.joined(separator: ","))
    }

    /// Exchanges banners and keys. Nil: call again when bytes have come in.
    func handshake() throws(LibSSH2Error) -> Int? {
        try check(Int(unsafe libssh2_session_handshake(session, wire.socket.descriptor.rawValue)))
    }

    /// The host key that the server proved to have, as in a public key line.
    func hostKey() -> [UInt8] {
        var length = 0
        var type: Int32 = 0
        guard let bytes = unsafe libssh2_session_hostkey(session, &length, &type) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    /// Logs in with a private key in OpenSSH's format. Nil: call again when bytes have come in.
    func authenticate(user: String, privateKey: [UInt8]) throws(LibSSH2Error) -> Int? {
        let key = privateKey.map { CChar(bitPattern: $0) }
        return try check(
            Int(
                unsafe libssh2_userauth_publickey_frommemory(
                    session, user, user.utf8.count, nil, 0, key, key.count, nil)))
    }

    /// Opens a channel, one at a time. Nil: call again when bytes have come in; who gives up leaves a channel that the next
    /// caller gets.
    func openChannel(owner: SSHConnection) throws(LibSSH2Error) -> LibSSH2Channel? {
        let window = UInt32(2 << 20)
        let channel = unsafe libssh2_channel_open_ex(session, "session", 7, window, 32_768, nil, 0)
        if let channel = unsafe channel { return unsafe LibSSH2Channel(channel, owner: owner) }
        _ = try check(Int(unsafe libssh2_session_last_errno(session)))
        return nil
    }

    /// Sorts a result of libssh2: nil for "again", an error, or the number.
    func check(_ result: Int) throws(LibSSH2Error) -> Int? {
        if result == Int(LIBSSH2_ERROR_EAGAIN) { return nil }
        guard result < 0 else { return result }
        throw LibSSH2Error(code: Int32(truncatingIfNeeded: result), reason: complaint)
    }

    private var complaint: String {
        var text: UnsafeMutablePointer<CChar>?
        _ = unsafe libssh2_session_last_error(session, &text, nil, 0)
        guard let text = unsafe text else { return "no reason given" }
        let reason = unsafe String(cString: text)
        return reason.prefix(1).lowercased() + reason.dropFirst()
    }

    /// Sends a message that needs no answer, so that the kernel notices when the peer is gone.
    func keepAlive() {
        var next: Int32 = 0
        unsafe libssh2_keepalive_config(session, 0, 1)
        _ = unsafe libssh2_keepalive_send(session, &next)
    }

    /// The text that libssh2 allocated for us.
    func take(_ text: UnsafeMutablePointer<CChar>) -> String {
        defer { unsafe libssh2_free(session, text) }
        return unsafe String(cString: text)
    }

    /// Says goodbye.
    func disconnect() {
        _ = unsafe libssh2_session_disconnect_ex(session, SSH_DISCONNECT_BY_APPLICATION, "done", "")
    }
}
