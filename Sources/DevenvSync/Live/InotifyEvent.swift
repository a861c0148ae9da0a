import CHost

/// One event of inotify(7).
struct InotifyEvent: Hashable, Sendable {
    /// The number of the directory's watch; -1 for the queue itself.
    let watch: Int32
    private let mask: UInt32
    /// The entry of the directory that it is about; empty for the directory itself.
    let name: [UInt8]

    init(watch: Int32, mask: UInt32, name: [UInt8]) {
        self.watch = watch
        self.mask = mask
        self.name = name
    }

    /// What is asked for: all that changes names, contents, modes and owners. Entries without a name don't count any more.
    static let wanted = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

    /// Whether events were lost, as nobody read them in time.
    var isOverflow: Bool { has(IN_Q_OVERFLOW) }
    /// Whether there is no such watch any more.
    var endsWatch: Bool { has(IN_IGNORED) }
    /// Whether the entry is a directory.
    var isOfDirectory: Bool { has(IN_ISDIR) }
    /// Whether the entry went away, removed or moved.
    var removes: Bool { has(IN_DELETE) || has(IN_MOVED_FROM) }
    /// Whether the entry was moved away, with all that is in it.
    var movesAway: Bool { has(IN_MOVED_FROM) }
    /// Whether the entry was made, and nothing had its name.
    var isCreation: Bool { has(IN_CREATE) }
    /// Whether the entry is new under this name.
    var adds: Bool { has(IN_CREATE) || has(IN_MOVED_TO) }
    /// Whether the watched directory itself is no longer where it was: removed, moved, or its file system unmounted.
    var loses: Bool { has(IN_DELETE_SELF) || has(IN_MOVE_SELF) || has(IN_UNMOUNT) }

    private func has(_ flag: Int32) -> Bool { mask & UInt32(bitPattern: flag) != 0 }

    /// The events of one read, `struct inotify_event` after another: number, mask, cookie, length of the name, which NULs fill up.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> [InotifyEvent] {
        var events: [InotifyEvent] = []
        var offset = 0
        while offset + 16 <= bytes.count {
            let watch = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
            let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            let name = bytes[(offset + 16)..<min(bytes.count, offset + 16 + length)].prefix { $0 != 0 }
            events.append(InotifyEvent(watch: watch, mask: mask, name: Array(name)))
            offset += 16 + length
        }
        return events
    }
}
