import DevenvHost
import DevenvTestSupport
import Glibc
import SystemPackage
import Testing

struct ThreadExecutorTests {
    @Test func jobsOfAnActorRunOnOneThreadOfItsOwn() async throws {
        let worker = try Worker(name: "test-own-thread")
        let first = await worker.thread()
        let others = await withTaskGroup(of: pthread_t.self, returning: Set<pthread_t>.self) { group in
            for _ in 0..<50 { group.addTask { await worker.thread() } }
            return await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(others == [first])
        #expect(first != pthread_self())
    }

    @Test func theThreadEndsWhenTheExecutorIsReleased() async throws {
        try await useBriefly(name: "test-released")
        try await eventually("the thread has ended") { try !threadNames().contains("test-released") }
    }

    @Test func aBlockedActorLeavesThePoolFree() async throws {
        let workers = try (0..<64).map { _ in try Worker(name: "test-blocked") }
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.block(milliseconds: 200) } }
        }
        #expect(ContinuousClock.now - start < .seconds(5))  // one after another it would be 12.8 s
    }

    @Test func aWaitEndsWhenItsDescriptorIsReadableAndOtherJobsRunMeanwhile() async throws {
        let worker = try Worker(name: "test-readable")
        let ends = try FileDescriptor.pipe()
        async let content = worker.read(from: ends.readEnd)
        #expect(await worker.double(21) == 42)
        _ = try ends.writeEnd.writeAll([7])
        #expect(try await content == [7])
        try ends.readEnd.close()
        try ends.writeEnd.close()
    }

    @Test func aWaitEndsAtItsDeadline() async throws {
        let worker = try Worker(name: "test-deadline")
        let time = await worker.pause(for: .milliseconds(30))
        #expect(time >= .milliseconds(30))
    }

    @Test func aWakeBetweenTicketAndWaitIsNotMissed() async throws {
        let worker = try Worker(name: "test-ticket")
        let time = await worker.wakeThenWait(for: .seconds(20))
        #expect(time < .seconds(10))
    }

    @Test func aWakeFromAnotherThreadEndsAWait() async throws {
        let worker = try Worker(name: "test-wake")
        let wait = Task { await worker.pause(for: .seconds(20)) }
        try await eventually("the wait has begun") { await worker.isPausing }
        worker.executor.wake()
        #expect(await wait.value < .seconds(10))
    }

    private func useBriefly(name: String) async throws {
        let worker = try Worker(name: name)
        #expect(await worker.double(1) == 2)
        #expect(try threadNames().contains(name))
    }

    private func threadNames() throws -> [String] {
        try HostFiles.list("/proc/self/task").compactMap { thread in
            let name = try? HostFiles.read(FilePath("/proc/self/task/\(thread)/comm"))  // it may just have ended
            return name.flatMap { $0 }.map { String(decoding: $0.dropLast(), as: UTF8.self) }
        }
    }
}

private actor Worker {
    nonisolated let executor: ThreadExecutor
    private(set) var isPausing = false

    init(name: String) throws { executor = try ThreadExecutor(name: name) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func thread() -> pthread_t { pthread_self() }
    func double(_ number: Int) -> Int { number * 2 }
    func block(milliseconds: UInt32) { usleep(milliseconds * 1000) }

    func read(from descriptor: FileDescriptor) async throws -> [UInt8] {
        await executor.wait(executor.ticket(), for: .init(descriptor))
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = try bytes.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        return Array(bytes.prefix(count))
    }

    func pause(for duration: Duration) async -> Duration {
        let start = ContinuousClock.now
        let ticket = executor.ticket()
        isPausing = true
        await executor.wait(ticket, until: start + duration)
        return ContinuousClock.now - start
    }

    func wakeThenWait(for duration: Duration) async -> Duration {
        let start = ContinuousClock.now
        let ticket = executor.ticket()
        executor.wake()
        await executor.wait(ticket, until: start + duration)
        return ContinuousClock.now - start
    }
}
