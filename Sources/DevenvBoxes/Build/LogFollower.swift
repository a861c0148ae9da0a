import DevenvHost
import SystemPackage

/// Passes on the lines of a file that a program is writing.
struct LogFollower: Sendable {
    let path: FilePath
    let report: @Sendable (String) -> Void

    /// Runs a program that writes to the file, and passes each line on, at the latest when the program has ended.
    func during<Value: Sendable>(_ body: () async -> Value) async -> Value {
        async let _: Void = follow()  // cancelled and awaited when this function ends
        return await body()
    }

    /// The program writes to a file and not to a pipe, as what it starts may outlive it; nothing wakes us then, so this
    /// looks again and again until the task is cancelled.
    private func follow() async {
        var reported = 0
        while (try? await Task.sleep(for: .milliseconds(200))) != nil { pass(on: &reported) }
        pass(on: &reported)
    }

    private func pass(on reported: inout Int) {
        guard let bytes = try? HostFiles.read(path), bytes.count > reported else { return }  // nothing to report yet
        guard let end = bytes.lastIndex(of: 0x0A), end >= reported else { return }
        for line in bytes[reported..<end].split(separator: 0x0A) { report(String(decoding: line, as: UTF8.self)) }
        reported = end + 1
    }
}
