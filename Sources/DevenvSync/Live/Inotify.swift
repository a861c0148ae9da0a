import CHost
import Glibc
import SystemPackage

/// A queue of inotify(7), closed with its owner. Reading never blocks.
struct Inotify: ~Copyable {
    /// Becomes readable when something has happened.
    let descriptor: FileDescriptor

    init() throws(Errno) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        self.descriptor = FileDescriptor(rawValue: descriptor)
    }

    deinit {
        try? descriptor.close()  // nothing was written to it
    }

    /// Watches a directory, or goes on doing so; gives its number, which stays with the directory wherever it is moved. A
    /// symbolic link is only followed where that is asked for.
    func watch(_ path: [UInt8], followingLink: Bool) throws(Errno) -> Int32 {
        let mask = InotifyEvent.wanted | (followingLink ? 0 : UInt32(IN_DONT_FOLLOW))
        let number = path.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { inotify_add_watch(descriptor.rawValue, $0.baseAddress, mask) }
        }
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return number
    }

    /// Watches a directory no longer; one that is gone is fine.
    func forget(_ number: Int32) { inotify_rm_watch(descriptor.rawValue, number) }

    /// What has happened since, oldest first; nothing at once where nothing has.
    func read() throws(Errno) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var buffer = [UInt64](repeating: 0, count: 8 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor.rawValue, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return events }
            guard count > 0 else { throw Errno(rawValue: count == 0 ? EIO : errno) }
            events += buffer.withUnsafeBytes { InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
