import DevenvCrypto
import DevenvHost
import Glibc
import Synchronization
import SystemPackage

/// Digests of many files, by as many tasks as there are processors.
enum FileDigests {
    /// How many files a task takes at once; it gives way to other tasks between two helpings.
    private static let helping = 32

    /// The entries with the digests of their files filled in.
    static func filling(_ found: [TreeWalk.Found]) async throws(BoxError) -> [TreeEntry] {
        let queue = HelpingQueue(count: found.count, helping: helping)
        let width = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        do {
            return try await withThrowingTaskGroup(of: [(Int, TreeEntry.Content)].self) { group in
                for _ in 0..<width { group.addTask { try await work(on: found, from: queue) } }
                var entries = found.map(\.entry)
                for try await part in group {
                    for (index, content) in part { entries[index].content = content }
                }
                return entries
            }
        } catch let error as HostError {
            throw .file(error)
        } catch {
            throw BoxError(.cancelled, "reading the tree: interrupted")
        }
    }

    private static func work(on found: [TreeWalk.Found], from queue: HelpingQueue) async throws
        -> [(Int, TreeEntry.Content)]
    {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var done: [(Int, TreeEntry.Content)] = []
        while let range = queue.next() {
            try Task.checkCancellation()
            for index in range {
                guard case .file(let size, _) = found[index].entry.content else { continue }
                done.append((index, .file(size: size, digest: try digest(found[index].location, &buffer))))
            }
            await Task.yield()
        }
        return done
    }

    private static func digest(_ path: FilePath, _ buffer: inout [UInt8]) throws(HostError) -> String {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec])
            defer { try? file.close() }  // it was only read
            var hash = SHA256()
            while true {
                let count = try buffer.withUnsafeMutableBytes { space in
                    let count = try file.read(into: space)
                    hash.update(UnsafeRawBufferPointer(rebasing: space[..<count]))
                    return count
                }
                if count == 0 { return hash.hexadecimal() }
            }
        } catch {
            throw HostError("reading", path, (error as? Errno) ?? .ioError)
        }
    }
}

/// Hands out the numbers below a count, some at a time.
private final class HelpingQueue: Sendable {
    private let start = Atomic<Int>(0)
    private let count: Int
    private let helping: Int

    init(count: Int, helping: Int) {
        self.count = count
        self.helping = helping
    }

    func next() -> Range<Int>? {
        let first = start.add(helping, ordering: .relaxed).oldValue
        return first < count ? first..<min(first + helping, count) : nil
    }
}
