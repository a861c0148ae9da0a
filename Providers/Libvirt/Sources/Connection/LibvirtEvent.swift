/// Something that happened without being asked for.
package enum LibvirtEvent: Hashable, Sendable {
    /// A domain's life went on.
    case domain(DomainID, DomainChange)
    /// A disk of a domain failed.
    case ioError(DomainID, DiskFailure)
    /// The agent of a guest came or went.
    case agent(DomainID, isConnected: Bool)
    /// The connection ended; no events follow, and the stream ends.
    case connectionClosed(ConnectionEnd)
}

/// A step in a domain's life (`virDomainEventType`, with its detail).
package enum DomainChange: Hashable, Sendable {
    /// It was defined, or defined anew.
    case defined
    /// Its definition was removed.
    case undefined
    /// It was started.
    case started(StartDetail)
    /// It was paused.
    case suspended(SuspendDetail)
    /// It goes on.
    case resumed
    /// It runs no more.
    case stopped(StopDetail)
    /// The guest has finished shutting down; `stopped` follows.
    case shutdown
    /// The guest has put itself to sleep.
    case pmSuspended
    /// The guest has crashed.
    case crashed
    /// A step that this program doesn't know.
    case other(event: Int32, detail: Int32)

    /// How a domain was started.
    package enum StartDetail: Int32, Hashable, Sendable {
        case booted, migrated, restored, fromSnapshot, wakeUp
        /// A way that this program doesn't know.
        case other = -1
    }

    /// Why a domain was paused.
    package enum SuspendDetail: Int32, Hashable, Sendable {
        case paused, migrated, ioError, watchdog, restored, fromSnapshot, apiError
        /// A reason that this program doesn't know.
        case other = -1
    }

    /// Why a domain runs no more.
    package enum StopDetail: Int32, Hashable, Sendable {
        case shutdown, destroyed, crashed, migrated, saved, failed, fromSnapshot
        /// A reason that this program doesn't know.
        case other = -1
    }
}

/// A disk that failed.
package struct DiskFailure: Hashable, Sendable {
    /// Where the disk's content is.
    package let source: String
    /// The disk's name in the domain's XML.
    package let alias: String
    /// Whether the domain was paused because of it.
    package let isPaused: Bool
    /// libvirt's word for the reason, `enospc` for a full file system; empty where it is unknown.
    package let reason: String
}

/// Why a connection ended (`virConnectCloseReason`).
package enum ConnectionEnd: Int32, Hashable, Sendable {
    case error, endOfFile, keepAlive, client
    /// A reason that this program doesn't know.
    case other = -1
}
