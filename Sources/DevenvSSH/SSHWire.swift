import CLibSSH2
import DevenvHost
import Glibc
import SystemPackage

/// The bytes that libssh2 sends and receives.
///
/// What the socket does not take at once is kept here, so that libssh2 never has a packet half sent: with one it refuses
/// all other calls until that very call is repeated (`LIBSSH2_ERROR_BAD_USE`), which commands running side by side can't
/// promise. Whoever sends much must look at `isCongested` first, which keeps the memory bounded.
final class SSHWire {
    let socket: SSHSocket
    /// How many bytes have ever come in: when it moves, packets for any of the channels may have arrived.
    private(set) var received: UInt64 = 0
    private var backlog: [UInt8] = []
    private var sent = 0

    init(_ socket: consuming SSHSocket) { self.socket = socket }

    /// Whether more than a few packets wait for the socket.
    var isCongested: Bool { backlog.count - sent > 256 << 10 }

    /// What to wait for before libssh2 is called again.
    var readiness: ThreadExecutor.Readiness {
        ThreadExecutor.Readiness(socket.descriptor, readable: true, writable: sent < backlog.count)
    }

    /// Sends what was kept, as far as the socket takes it.
    func flush() {
        guard sent < backlog.count else { return }
        let count = unsafe backlog.withUnsafeBytes { unsafe put(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        // an error is reported by the next call that reads or sends
        sent += max(0, count)
        guard sent == backlog.count || sent > 1 << 20 else { return }
        backlog.removeFirst(sent)
        sent = 0
    }

    /// libssh2's own convention: the number of bytes, 0 at the end, or a negated errno.
    fileprivate func receive(_ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        let result = unsafe recv(socket.descriptor.rawValue, buffer, count, Int32(MSG_DONTWAIT))
        guard result >= 0 else { return errno == EINTR ? -Int(EAGAIN) : -Int(errno) }
        received += UInt64(result)
        socket.acknowledge()
        return result
    }

    fileprivate func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        flush()
        var taken = 0
        if sent == backlog.count {
            taken = unsafe put(bytes)
            guard taken >= 0 || taken == -Int(EAGAIN) else { return taken }
        }
        unsafe backlog.append(contentsOf: bytes.dropFirst(max(0, taken)))
        return bytes.count
    }

    private func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        // MSG_NOSIGNAL: a peer that is gone must be an error, not a SIGPIPE that ends the program
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let count = unsafe Glibc.send(socket.descriptor.rawValue, bytes.baseAddress, bytes.count, flags)
        return count >= 0 ? count : (errno == EINTR ? -Int(EAGAIN) : -Int(errno))
    }

    typealias Receive =
        @convention(c) (
            Int32, UnsafeMutableRawPointer?, Int, Int32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int
    typealias Send =
        @convention(c) (
            Int32, UnsafeRawPointer?, Int, Int32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int

    /// For `LIBSSH2_CALLBACK_RECV`; the session's abstract pointer must be an unretained wire.
    static let receive: Receive = { _, buffer, count, _, wire in
        guard let wire = unsafe wire?.pointee else { return -Int(EINVAL) }
        return unsafe Unmanaged<SSHWire>.fromOpaque(wire).takeUnretainedValue().receive(buffer, count)
    }

    /// For `LIBSSH2_CALLBACK_SEND`.
    static let send: Send = { _, bytes, count, _, wire in
        guard let wire = unsafe wire?.pointee else { return -Int(EINVAL) }
        return unsafe Unmanaged<SSHWire>.fromOpaque(wire).takeUnretainedValue()
            .send(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
