import Glibc
import SystemPackage

/// The bytes of a connection in one direction. Only what one read brought and the other side has no room for is kept; nothing
/// more is read until that is written, so that whoever sends too fast is held up as on a direct connection.
struct StreamFlow {
    private let source: Int32
    private let sink: Int32
    private var held: ArraySlice<UInt8> = []
    private var hasEnded = false

    /// The end was passed on: nothing comes any more.
    private(set) var isOver = false

    init(from source: Int32, to sink: Int32) {
        self.source = source
        self.sink = sink
    }

    /// Whether there is room for what comes.
    var wantsToRead: Bool { !hasEnded && held.isEmpty }
    /// Whether something waits for room.
    var wantsToWrite: Bool { !held.isEmpty }

    /// Moves on what can be moved without waiting. Throws where either side has broken off.
    mutating func move(through buffer: inout [UInt8]) throws(Errno) {
        if wantsToWrite { held = held.dropFirst(try write(held)) }
        if wantsToRead { try fill(through: &buffer) }
        guard hasEnded, held.isEmpty, !isOver else { return }
        // the other direction goes on: a client may end its question and wait for the answer
        shutdown(sink, Int32(SHUT_WR))
        isOver = true
    }

    private mutating func fill(through buffer: inout [UInt8]) throws(Errno) {
        let count = unsafe recv(source, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { return try Self.check() }
        guard count > 0 else {
            hasEnded = true
            return
        }
        let sent = try write(buffer[..<count])
        if sent < count { held = ArraySlice(Array(buffer[sent..<count])) }
    }

    /// Writes as much as there is room for and returns how much that was.
    private func write(_ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let count = unsafe bytes.withUnsafeBytes { unsafe send(sink, $0.baseAddress, $0.count, flags) }
        guard count < 0 else { return count }
        try Self.check()
        return 0
    }

    /// Nothing for a call that would have had to wait, otherwise the error.
    private static func check() throws(Errno) {
        switch Errno(rawValue: errno) {
        case .wouldBlock, .interrupted: return
        case let error: throw error
        }
    }
}
