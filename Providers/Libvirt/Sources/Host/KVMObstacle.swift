import DevenvHost
import Glibc
import SystemPackage

/// Why `/dev/kvm` can't be opened.
package enum KVMObstacle: Hashable, Sendable {
    /// There is no device, and the processor can run guests: its module is not loaded, or the firmware forbids it.
    case notLoaded(module: String)
    /// There is no device, as this host is a virtual machine itself and was not given the ability.
    case notNested
    /// There is no device, as the processor can't run guests, or its firmware hides that it can.
    case noProcessorSupport
    /// The user may not open it.
    case notPermitted
    /// This user, whom libvirt runs QEMU as, may not open it. libvirt asks QEMU about KVM as root, and the device about this
    /// user; where they differ it asks QEMU anew for each step, which makes ten seconds of defining a domain.
    case closed(to: String)
    /// The kernel refuses, with this error number.
    case refused(Int32)

    /// What is the matter, as a clause.
    package var words: String {
        switch self {
        case .notLoaded(let module): "there is no /dev/kvm: the module '\(module)' is not loaded"
        case .notNested: "there is no /dev/kvm: this host is a virtual machine without nested virtualization"
        case .noProcessorSupport: "there is no /dev/kvm: the processor does not offer virtualization"
        case .notPermitted: "you may not open /dev/kvm"
        case .closed(let user):
            "'\(user)', whom libvirt runs QEMU as, may not open /dev/kvm, which slows libvirt itself down, too"
        case .refused(let number): "opening /dev/kvm: \(Errno(rawValue: number))"
        }
    }

    /// What to do about it.
    package var cure: String {
        switch self {
        case .notLoaded(let module):
            "modprobe \(module); if that fails, switch on virtualization (VT-x, AMD-V) in the firmware's settings"
        case .notNested: "switch on nested virtualization for this machine on the host that runs it"
        case .noProcessorSupport: "switch on virtualization (VT-x, AMD-V) in the firmware's settings"
        case .notPermitted: "adduser USER kvm, then log in again"
        case .closed: "chown root:kvm /dev/kvm && chmod 660 /dev/kvm"
        case .refused: "look into the kernel's log: dmesg | grep kvm"
        }
    }

    /// The device.
    static let device = "/dev/kvm"

    /// What keeps this process from using the device; nil where it can be opened.
    package static func find() -> KVMObstacle? {
        do {
            try FileDescriptor.open(FilePath(device), .readWrite, options: [.closeOnExec]).close()
            return nil
        } catch {
            // without /proc nothing is known of the processor
            let processors = (try? HostFiles.read("/proc/cpuinfo")) ?? nil
            let error = (error as? Errno) ?? .ioError
            return of(error, processors: String(decoding: processors ?? [], as: UTF8.self))
        }
    }

    /// What an error of opening it means on a host with these processors (the text of `/proc/cpuinfo`).
    static func of(_ error: Errno, processors: String) -> KVMObstacle {
        switch error {
        case .notPermitted, .permissionDenied: return .notPermitted
        case .noSuchFileOrDirectory, .noSuchAddressOrDevice, Errno(rawValue: ENODEV): break
        default: return .refused(error.rawValue)
        }
        let line = processors.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
        let flags = Set(line.split(whereSeparator: \.isWhitespace))
        if flags.contains("vmx") { return .notLoaded(module: "kvm_intel") }
        if flags.contains("svm") { return .notLoaded(module: "kvm_amd") }
        return flags.contains("hypervisor") ? .notNested : .noProcessorSupport
    }
}
