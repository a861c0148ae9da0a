import DevenvHost
import Glibc
import SystemPackage

/// Carries TCP connections to a machine.
struct StreamRelay {
    /// Where clients connect.
    let listener: Int32
    /// The way to where the machine listens.
    let route: ForwardRoute

    /// As many clients at once; more of them wait until one has gone. Two descriptors for each, and some to spare.
    private static let capacity = 1000
    private var pairs: [StreamPair] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// Until when nobody is let in, as the system had no descriptor left.
    private var pause: ContinuousClock.Instant?

    init(listener: Int32, route: ForwardRoute) {
        self.listener = listener
        self.route = route
    }

    /// Works until the listening socket fails.
    mutating func run() {
        RelaySocket.stopWaiting(on: listener)
        while let polled = wait() {
            for index in pairs.indices.reversed() {
                let entries = polled[(1 + 2 * index)..<(3 + 2 * index)]
                if !pairs[index].advance(entries, through: &buffer) { pairs.remove(at: index) }
            }
            guard polled[0].revents != 0 else { continue }
            guard acceptAll() else { return }
        }
    }

    /// Sleeps until something can be done; the listener's entry comes first, then two for each pair. Nil when it can't.
    private mutating func wait() -> [pollfd]? {
        if let pause, pause <= .now { self.pause = nil }
        let isOpen = pairs.count < Self.capacity && pause == nil
        var polled = [pollfd(fd: isOpen ? listener : -1, events: Int16(POLLIN), revents: 0)]
        polled.reserveCapacity(1 + 2 * pairs.count)
        for pair in pairs { polled += pair.polled }
        let deadline = (pairs.compactMap(\.deadline) + [pause].compactMap(\.self)).min()
        let count = unsafe poll(&polled, nfds_t(polled.count), PollTime.until(deadline))
        return count >= 0 || errno == EINTR ? polled : nil
    }

    /// Lets everybody in who waits; false when the listening socket is of no use any more.
    private mutating func acceptAll() -> Bool {
        do throws(Errno) {
            while pairs.count < Self.capacity, let client = try RelaySocket.accept(listener) {
                if let pair = StreamPair(client, by: route) { pairs.append(pair) }
            }
            return true
        } catch {
            switch error {
            case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace:
                pause = .now + .milliseconds(100)
                return true
            default: return false
            }
        }
    }
}
