package import SystemPackage

/// A thread that runs the jobs of one actor, so that an actor may call C functions that block, or that must always be called
/// from one thread, without holding up a thread of the cooperative pool.
///
///     actor Session {
///         nonisolated let executor: ThreadExecutor
///         nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///     }
///
/// Between jobs the thread sleeps in poll(2). Code of the actor may wait there for a descriptor with `wait`, as part of an
/// ordinary `async` function, while other jobs of the actor run. The thread ends when the executor is released.
package final class ThreadExecutor: SerialExecutor {
    /// What to wait for on a descriptor.
    package struct Readiness: Sendable {
        /// The descriptor, owned by the caller and open for as long as the wait lasts.
        package let descriptor: FileDescriptor
        /// Whether bytes to read, or the end, are waited for.
        package let readable: Bool
        /// Whether room for bytes to write is waited for.
        package let writable: Bool

        /// Names a descriptor and what is to become possible on it.
        package init(_ descriptor: FileDescriptor, readable: Bool = true, writable: Bool = false) {
            self.descriptor = descriptor
            self.readable = readable
            self.writable = writable
        }
    }

    /// A moment before which calls of `wake` no longer count for a `wait`.
    package struct Ticket: Sendable {
        let wakes: UInt64
    }

    private let loop: ThreadLoop

    /// Starts the thread; throws where the system has no thread or descriptor left. `name` is what `ps -L` shows, its
    /// first 15 bytes.
    package init(name: String) throws(Errno) {
        loop = try ThreadLoop()
        try loop.start(name: name, executor: asUnownedSerialExecutor())
    }

    deinit {
        loop.end()
    }

    /// Has a job run on the thread, after those before it.
    package func enqueue(_ job: consuming ExecutorJob) {
        loop.add(UnownedJob(job))
    }

    /// Takes a ticket. Take it first, look at shared state next, then wait: a `wake` in between is then not missed.
    package func ticket() -> Ticket { loop.ticket() }

    /// Ends all waits at once, also those that begin later with a ticket taken before. May be called from any thread.
    package func wake() { loop.wake() }

    /// Suspends until the descriptor is ready, the time is over or somebody called `wake` after the ticket was taken,
    /// whichever comes first; it does not say which, and it lets other jobs run in any case. To be called on the actor.
    nonisolated(nonsending) package func wait(
        _ ticket: Ticket, for readiness: Readiness? = nil, until deadline: ContinuousClock.Instant? = nil
    ) async {
        await withCheckedContinuation { continuation in
            loop.add(ThreadLoop.Waiter(readiness: readiness, deadline: deadline, continuation: continuation), ticket)
        }
    }
}
