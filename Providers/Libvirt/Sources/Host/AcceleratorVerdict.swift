/// Whether a machine of this host runs under KVM.
package enum AcceleratorVerdict: Hashable, Sendable {
    /// A guest did all that kernels do early.
    case works
    /// The guest did not get through this step within the time.
    case stalls(at: ProbeStep)
    /// QEMU gave up, for this reason.
    case fails(String)
    /// The device of KVM can't be used.
    case unavailable(KVMObstacle)
    /// It was not tried, for this reason: whether libvirt offers KVM has to do.
    case untried(String)

    /// What is the matter, as a clause: "KVM does not work here, as …"; nil where nothing is.
    package var reason: String? {
        switch self {
        case .works, .untried: nil
        case .stalls(let step): "a guest does not get through \(step.words)"
        case .fails(let reason): "QEMU gives up: \(reason)"
        case .unavailable(let obstacle): obstacle.words
        }
    }

    /// Whether machines must not be started under KVM even where libvirt offers it. The device may be closed to us and open
    /// to the user whom libvirt runs QEMU as.
    var forbidsKVM: Bool {
        switch self {
        case .stalls, .fails, .unavailable(.closed): true
        case .works, .unavailable, .untried: false
        }
    }
}
