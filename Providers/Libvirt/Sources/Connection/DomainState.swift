import CLibvirt

/// What a domain is doing.
package enum DomainState: Hashable, Sendable {
    /// It runs.
    case running
    /// It waits for a resource.
    case blocked
    /// Its processors stand still.
    case paused(PauseReason)
    /// It is on its way down.
    case shuttingDown
    /// It does not run.
    case shutOff(StopReason)
    /// Its guest has crashed, and it was kept like that.
    case crashed
    /// The guest has put itself to sleep.
    case pmSuspended
    /// A state that this program doesn't know.
    case unknown(Int32)

    /// Why a domain is paused (`virDomainPausedReason`).
    package enum PauseReason: Hashable, Sendable {
        /// Somebody asked for it.
        case user
        /// It is being moved to another host.
        case migration
        /// It is being saved.
        case save
        /// Its memory is being written to a file.
        case dump
        /// A disk of it failed; mostly the host's file system is full.
        case ioError
        /// Its watchdog fired.
        case watchdog
        /// It was restored from a snapshot of a paused domain.
        case fromSnapshot
        /// It is being shut down.
        case shuttingDown
        /// A snapshot is being made.
        case snapshot
        /// The guest has crashed.
        case crashed
        /// It is being started.
        case startingUp
        /// A reason that this program doesn't know.
        case other(Int32)
    }

    /// Why a domain does not run (`virDomainShutoffReason`).
    package enum StopReason: Hashable, Sendable {
        /// Nobody knows; it has not run since the daemon started.
        case unknown
        /// The guest was shut down.
        case shutdown
        /// It was powered off.
        case destroyed
        /// Its hypervisor process died.
        case crashed
        /// It moved to another host.
        case migrated
        /// It was saved.
        case saved
        /// It could not be started.
        case failed
        /// It was restored from a snapshot of a stopped domain.
        case fromSnapshot
        /// The daemon stopped it.
        case daemon
        /// A reason that this program doesn't know.
        case other(Int32)
    }

    /// Reads libvirt's two numbers.
    init(state: Int32, reason: Int32) {
        switch virDomainState(UInt32(bitPattern: state)) {
        case VIR_DOMAIN_RUNNING: self = .running
        case VIR_DOMAIN_BLOCKED: self = .blocked
        case VIR_DOMAIN_PAUSED: self = .paused(PauseReason(reason))
        case VIR_DOMAIN_SHUTDOWN: self = .shuttingDown
        case VIR_DOMAIN_SHUTOFF: self = .shutOff(StopReason(reason))
        case VIR_DOMAIN_CRASHED: self = .crashed
        case VIR_DOMAIN_PMSUSPENDED: self = .pmSuspended
        default: self = .unknown(state)
        }
    }
}

extension DomainState.PauseReason {
    init(_ number: Int32) {
        switch virDomainPausedReason(UInt32(bitPattern: number)) {
        case VIR_DOMAIN_PAUSED_USER: self = .user
        case VIR_DOMAIN_PAUSED_MIGRATION: self = .migration
        case VIR_DOMAIN_PAUSED_SAVE: self = .save
        case VIR_DOMAIN_PAUSED_DUMP: self = .dump
        case VIR_DOMAIN_PAUSED_IOERROR: self = .ioError
        case VIR_DOMAIN_PAUSED_WATCHDOG: self = .watchdog
        case VIR_DOMAIN_PAUSED_FROM_SNAPSHOT: self = .fromSnapshot
        case VIR_DOMAIN_PAUSED_SHUTTING_DOWN: self = .shuttingDown
        case VIR_DOMAIN_PAUSED_SNAPSHOT: self = .snapshot
        case VIR_DOMAIN_PAUSED_CRASHED: self = .crashed
        case VIR_DOMAIN_PAUSED_STARTING_UP: self = .startingUp
        default: self = .other(number)
        }
    }
}

extension DomainState.StopReason {
    init(_ number: Int32) {
        switch virDomainShutoffReason(UInt32(bitPattern: number)) {
        case VIR_DOMAIN_SHUTOFF_UNKNOWN: self = .unknown
        case VIR_DOMAIN_SHUTOFF_SHUTDOWN: self = .shutdown
        case VIR_DOMAIN_SHUTOFF_DESTROYED: self = .destroyed
        case VIR_DOMAIN_SHUTOFF_CRASHED: self = .crashed
        case VIR_DOMAIN_SHUTOFF_MIGRATED: self = .migrated
        case VIR_DOMAIN_SHUTOFF_SAVED: self = .saved
        case VIR_DOMAIN_SHUTOFF_FAILED: self = .failed
        case VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT: self = .fromSnapshot
        case VIR_DOMAIN_SHUTOFF_DAEMON: self = .daemon
        default: self = .other(number)
        }
    }
}
