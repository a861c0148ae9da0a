import DevenvHost
import SystemPackage

/// The OCI runtime that makes containers.
enum Runtime: String, CaseIterable, Sendable {
    /// runc(8), which knows every layout of control groups.
    case runc
    /// crun(1), written in C, which starts in half the time.
    case crun

    /// What stands for no limit of processor time, in microseconds for each tenth of a second: crun up to 1.8 can't write the -1
    /// of the specification, so it is more than there are processors.
    var unlimitedQuota: Int64 { self == .runc ? -1 : 4096 * 100_000 }

    /// The one that keeps the state of a container in a directory, by the file that each has there; nil for none.
    static func keeping(_ state: FilePath) -> Runtime? {
        if HostFiles.exists(state.appending("state.json")) { return .runc }
        return HostFiles.exists(state.appending("status")) ? .crun : nil
    }

    /// The program and its arguments for this host.
    func call(_ arguments: [String], onHybridHost isHybrid: Bool = ControlGroups.isHybrid) -> (
        tool: String, arguments: [String]
    ) {
        guard self == .crun, isHybrid else { return (rawValue, arguments) }
        return (
            "unshare", ["--mount", "--propagation", "private", "sh", "-c", Self.behindTheHybrid, "crun"] + arguments
        )
    }

    /// crun refuses hosts that have controllers in both versions of control groups, as long as it sees the second one.
    private static let behindTheHybrid = #"mount -t tmpfs tmpfs /sys/fs/cgroup/unified && exec crun "$@""#
}
