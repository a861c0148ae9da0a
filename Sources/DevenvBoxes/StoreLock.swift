import DevenvCrypto
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

extension BoxStore {
    /// Does something long, such as getting a box, while no other process does the same: whoever comes second waits, and finds
    /// done what it came for. `key` says what it is, such as a digest; `name` is for the others' messages. `notice` gets a line
    /// of text once there is somebody to wait for.
    ///
    /// What is done under it may add boxes; it must not use another key twice in turn.
    package func alone<Value: Sendable>(
        with key: String, adding name: String, _ attempt: String, _ notice: (String) -> Void,
        _ body: () async throws(BoxError) -> Value
    ) async throws(BoxError) -> Value {
        try BoxError.wrap { () throws(HostError) in try layout.make() }
        // a name that `Staging.removeAbandoned` takes for the lock of a directory that is gone, once nobody holds it
        let path = layout.staging.appending("add-\(SHA256.hexadecimal(of: Array(key.utf8)).prefix(32)).lock")
        let lock = try await awaitLock(path, "devenv box add \(name)", attempt, notice)
        FaultPoint.reach("boxes.add.alone")
        let result: Result<Value, BoxError>
        do throws(BoxError) { result = .success(try await body()) } catch { result = .failure(error) }
        // files that can't be removed now go with the next box
        try? await exclusively(attempt) { () throws(BoxError) in
            try BoxError.wrap { () throws(HostError) in
                try HostFiles.remove(FilePath(path.string + ".owner"))
                try HostFiles.remove(path)
                try Staging.removeAbandoned(in: layout)
            }
        }
        extendLifetime(lock)
        return try result.get()
    }

    /// Each attempt is made under the store's lock, under which the files of locks that nobody holds are removed: no process
    /// ever waits for a file that has lost its name.
    private func awaitLock(
        _ path: FilePath, _ command: String, _ attempt: String, _ notice: (String) -> Void
    ) async throws(BoxError) -> FileLock {
        var hasToldSo = false
        while true {
            var holder: FileLock.Holder?
            let lock = try await exclusively(attempt) { () throws(BoxError) -> FileLock? in
                try BoxError.wrap { () throws(HostError) -> FileLock? in
                    switch try FileLock.attempt(path, command: command) {
                    case .taken(let lock): return lock
                    case .held(let other):
                        holder = other
                        return nil
                    }
                }
            }
            if let lock { return lock }
            if !hasToldSo {
                let process = holder.map { "process \($0.processID) (\($0.command))" } ?? "another process"
                notice("waiting for \(process), which is adding the same box")
                hasToldSo = true
                FaultPoint.reach("boxes.add.waiting")
            }
            do { try await Task.sleep(for: .milliseconds(50)) } catch {
                throw BoxError(.cancelled, "\(attempt): interrupted")
            }
        }
    }
}
