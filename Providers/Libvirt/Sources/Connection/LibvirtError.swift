import CLibvirt

/// Why libvirt did not do what it was asked for: its own code and words, copied at once.
package struct LibvirtError: Error, Sendable, Hashable {
    /// The `VIR_ERR_*` number; 0 where the error is none of libvirt's.
    package let code: Int32
    /// The part of libvirt that it comes from, a `VIR_FROM_*` number; 0 where the error is none of libvirt's.
    package let domain: Int32
    /// What libvirt says.
    package let message: String
    /// The error number of a failed system call of the daemon; 0 where there was none.
    package let errno: Int32
    /// How the failure concerns the connection rather than what was asked for.
    package let circumstance: Circumstance

    /// What came between us and the daemon.
    package enum Circumstance: Hashable, Sendable {
        /// Nothing: the daemon answered.
        case answered
        /// The connection was never made.
        case unreachable
        /// The connection ended.
        case lost
        /// The library is missing or too old.
        case libraryMissing
        /// The library refused to work, or what the daemon answered can't be understood.
        case unusable
        /// The task was cancelled.
        case cancelled
    }

    /// Makes an error.
    package init(
        code: Int32, domain: Int32 = 0, message: String, errno: Int32 = 0, circumstance: Circumstance = .answered
    ) {
        self.code = code
        self.domain = domain
        self.message = message
        self.errno = errno
        self.circumstance = circumstance
    }

    /// libvirt is not installed, or lacks a function.
    package static func libraryMissing(_ reason: String) -> LibvirtError {
        LibvirtError(code: 0, message: reason, circumstance: .libraryMissing)
    }

    /// libvirt refused to work, or what it answered can't be understood.
    package static func unusable(_ reason: String) -> LibvirtError {
        LibvirtError(code: 0, message: reason, circumstance: .unusable)
    }

    /// The connection has ended or was closed.
    package static func lost(_ reason: String) -> LibvirtError {
        LibvirtError(code: 0, message: reason, circumstance: .lost)
    }

    /// The task was cancelled.
    package static func cancelled() -> LibvirtError {
        LibvirtError(code: 0, message: "interrupted", circumstance: .cancelled)
    }
}

extension LibvirtError {
    /// There is no such domain, network, pool, volume, snapshot or metadata.
    package var isMissing: Bool {
        has(
            VIR_ERR_NO_DOMAIN, VIR_ERR_NO_NETWORK, VIR_ERR_NO_STORAGE_POOL, VIR_ERR_NO_STORAGE_VOL,
            VIR_ERR_NO_DOMAIN_SNAPSHOT, VIR_ERR_NO_DOMAIN_METADATA)
    }

    /// The state doesn't allow it: the domain is running already, or not running.
    package var isOperationInvalid: Bool { has(VIR_ERR_OPERATION_INVALID) }

    /// A domain, network, pool or volume of this name or UUID exists. Where libvirt has no code for that, it reports
    /// "operation failed", which can mean other things too: this then says true, and a look at what exists decides.
    package var alreadyExists: Bool {
        has(VIR_ERR_DOM_EXIST, VIR_ERR_NETWORK_EXIST, VIR_ERR_STORAGE_VOL_EXIST, VIR_ERR_OPERATION_FAILED)
    }

    /// The hypervisor or this version of libvirt can't do it.
    package var isUnsupported: Bool {
        has(
            VIR_ERR_NO_SUPPORT, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_OPERATION_UNSUPPORTED)
    }

    /// An argument or a flag is not known to this version of libvirt, or makes no sense.
    package var isInvalidArgument: Bool { has(VIR_ERR_INVALID_ARG) }

    /// The guest agent is not there or doesn't answer.
    package var isAgentUnresponsive: Bool { has(VIR_ERR_AGENT_UNRESPONSIVE, VIR_ERR_AGENT_UNSYNCED) }

    /// The connection has ended, by the daemon's death for one; a new one may be opened.
    package var isConnectionLost: Bool { circumstance == .lost }

    /// The connection was never made: nobody listens there, or nobody may.
    package var isUnreachable: Bool { circumstance == .unreachable }

    /// libvirt is not installed, or too old.
    package var isLibraryMissing: Bool { circumstance == .libraryMissing }

    private func has(_ codes: virErrorNumber...) -> Bool {
        circumstance == .answered && codes.contains { $0.rawValue == UInt32(bitPattern: code) }
    }
}

extension LibvirtError: CustomStringConvertible {
    /// What libvirt says, with its code.
    package var description: String { code == 0 ? message : "\(message) (libvirt code \(code))" }
}
