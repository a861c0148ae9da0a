import CHost
import Glibc
import Synchronization
import SystemPackage

/// The jobs and waits of a `ThreadExecutor`. The thread holds the loop, not the executor, so that releasing the executor
/// can end the thread.
final class ThreadLoop: Sendable {
    /// Somebody who is suspended until something happens.
    struct Waiter: Sendable {
        let readiness: ThreadExecutor.Readiness?
        var deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var waiters: [Waiter] = []
        var wakes: UInt64 = 0
        var isOver = false
    }

    private let state = Mutex(State())
    private let bell: FileDescriptor

    init() throws(Errno) {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        bell = FileDescriptor(rawValue: descriptor)
    }

    deinit {
        try? bell.close()  // an eventfd has nothing left to write
    }

    func ticket() -> ThreadExecutor.Ticket { ThreadExecutor.Ticket(wakes: state.withLock { $0.wakes }) }

    func add(_ job: UnownedJob) {
        state.withLock { $0.jobs.append(job) }
        ring()
    }

    func add(_ waiter: Waiter, _ ticket: ThreadExecutor.Ticket) {
        state.withLock { state in
            var waiter = waiter
            // a wake came first: due at once, but through the loop, so that others have their turn
            if state.wakes != ticket.wakes { waiter.deadline = .now }
            state.waiters.append(waiter)
        }
        ring()
    }

    func wake() {
        let waiters = state.withLock { state in
            state.wakes += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    func end() {
        state.withLock { $0.isOver = true }
        ring()
    }

    func start(name: String, executor: UnownedSerialExecutor) throws(Errno) {
        let body = ThreadBody { [self] in
            _ = devenv_name_this_thread(name)
            run(on: executor)
        }
        let context = Unmanaged.passRetained(body)
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, ThreadBody.enter, context.toOpaque())
        guard status == 0 else {
            context.release()
            throw Errno(rawValue: status)
        }
        pthread_detach(thread)
    }

    private func run(on executor: UnownedSerialExecutor) {
        while true {
            let (jobs, isOver) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, state.isOver)
            }
            for job in jobs { job.runSynchronously(on: executor) }
            if isOver, jobs.isEmpty { return }
            poll()
        }
    }

    /// Sleeps until the bell rings, a descriptor is ready or a deadline is over, and resumes whom that concerns.
    private func poll() {
        let (waiters, hasJobs) = state.withLock { ($0.waiters, !$0.jobs.isEmpty || $0.isOver) }
        var polled = [pollfd(fd: bell.rawValue, events: Int16(POLLIN), revents: 0)]
        polled += waiters.map { waiter in
            guard let readiness = waiter.readiness else { return pollfd(fd: -1, events: 0, revents: 0) }
            let events = (readiness.readable ? POLLIN : 0) | (readiness.writable ? POLLOUT : 0)
            return pollfd(fd: readiness.descriptor.rawValue, events: Int16(events), revents: 0)
        }
        let limit = hasJobs ? 0 : PollTime.until(waiters.compactMap(\.deadline).min())
        Glibc.poll(&polled, nfds_t(polled.count), limit)
        if polled[0].revents != 0 { silence() }
        let ready = Set(polled.dropFirst().filter { $0.revents != 0 }.map(\.fd))
        resume { $0.readiness.map { ready.contains($0.descriptor.rawValue) } ?? false }
    }

    private func resume(where isReady: (Waiter) -> Bool) {
        let now = ContinuousClock.now
        let due = state.withLock { state in
            let due = state.waiters.filter { isReady($0) || $0.deadline.map { $0 <= now } ?? false }
            state.waiters.removeAll { isReady($0) || $0.deadline.map { $0 <= now } ?? false }
            return due
        }
        for waiter in due { waiter.continuation.resume() }
    }

    private func ring() {
        var one: UInt64 = 1
        write(bell.rawValue, &one, 8)
    }

    private func silence() {
        var count: UInt64 = 0
        read(bell.rawValue, &count, 8)
    }
}

/// What a thread does, in a form that pthread_create(3) takes.
private final class ThreadBody: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
}
