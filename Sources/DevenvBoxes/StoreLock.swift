import DevenvHost
import SystemPackage

extension BoxStore {
    /// Does something while no other process changes which images and names there are. Waits for whoever does so now, which
    /// takes milliseconds: nothing long is done under this lock.
    func exclusively<Value: ~Copyable>(_ attempt: String, _ body: () throws(BoxError) -> Value) async throws(BoxError)
        -> Value
    {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let value = try once(body) { return value }
            guard ContinuousClock.now < deadline else { throw try held(attempt) }
            do { try await Task.sleep(for: .milliseconds(5)) } catch {
                throw BoxError(.cancelled, "\(attempt): interrupted")
            }
        }
    }

    /// Nil where somebody else holds the lock.
    private func once<Value: ~Copyable>(_ body: () throws(BoxError) -> Value) throws(BoxError) -> Value? {
        let attempt: FileLock.Attempt
        do { attempt = try FileLock.attempt(layout.lock, command: "devenv box") } catch { throw .file(error) }
        guard case .taken(let lock) = consume attempt else { return nil }
        defer { extendLifetime(lock) }  // not before the work is done
        return try body()
    }

    private func held(_ attempt: String) throws(BoxError) -> BoxError {
        let holder = try BoxError.wrap { () throws(HostError) in try FileLock.holder(of: layout.lock) }
        let process = holder.map { "process \($0.processID)" } ?? "another process"
        return BoxError(
            .inUse, "\(attempt): \(process) has had the box store locked for a minute", help: "try again later")
    }
}
