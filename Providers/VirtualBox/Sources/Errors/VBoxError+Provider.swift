import DevenvPluginAPI

extension VBoxError {
    /// What the error means to the user, with what was attempted in front: "starting the machine 'web'".
    func providerError(_ attempt: String) -> ProviderError {
        let message = "\(attempt): \(words)"
        switch code {
        case .cancelled: return .cancelled("\(attempt) was interrupted")
        case .missing: return .toolMissing("VBoxManage", help: Self.install)
        case .timedOut:
            return .timedOut(
                message, help: "see with 'VBoxManage list vms' whether VirtualBox answers at all; log in again if not")
        case .tooOld: return .unsupported(message, help: Self.install)
        case .failed, .refused, .result: break
        }
        if let module = moduleError(attempt) { return module }
        if let fullDisk { return fullDisk.providerError(attempt, self.message) }
        if says("/dev/vboxnetctl") {
            return .unsupported(
                "\(attempt): the kernel module 'vboxnetadp', which host-only networks need, is not loaded",
                help: "modprobe vboxnetadp")
        }
        if says("Nonexistent host networking interface") {
            return .failed(message, help: "run 'devenv halt', then 'devenv up', which plugs the machine in anew")
        }
        if isLocked {
            return .failed(message, help: "close the window or end the program that works on it in VirtualBox")
        }
        return .failed(message, help: help)
    }

    /// The module of the kernel without which no machine starts. VirtualBox tells the process of the machine what is wrong, and
    /// that process tells nobody: all that can be seen is that it has ended at once.
    private func moduleError(_ attempt: String) -> ProviderError? {
        let named = [
            "vboxdrv", "Kernel driver not installed", "VERR_VM_DRIVER", "suplibOsInit", "VERR_SUPDRV", "rc=-1908",
        ]
        if named.contains(where: says) || says("VERR_SUP_DRIVERLESS") {
            return .unsupported(
                "\(attempt): VirtualBox's kernel module 'vboxdrv' is not loaded", help: Self.loadModule)
        }
        guard says("terminated unexpectedly during startup") else { return nil }
        return .failed(
            "\(attempt): the process of VirtualBox that runs it ended at once (\(words)); most often its kernel module "
                + "'vboxdrv' is not loaded",
            help: Self.loadModule)
    }

    private var help: String? {
        if says("VERR_ALREADY_EXISTS") || says("already exists") {
            return "remove what an earlier attempt has left, then try again"
        }
        return code == .result(0x8004_0154) ? "see with 'VBoxManage list vms' whether VirtualBox answers" : nil
    }

    /// VirtualBox begins its sentences, we go on with ours; its own words stay where a name begins them.
    private var words: String {
        let all = ([message] + details.prefix(1)).joined(separator: ": ")
        guard let second = all.dropFirst().first, second.isLowercase, !all.hasPrefix("VirtualBox") else { return all }
        return all.prefix(1).lowercased() + all.dropFirst()
    }

    static let install = "install VirtualBox 6.1 or later (https://www.virtualbox.org/wiki/Linux_Downloads)"
    static let loadModule =
        "modprobe vboxdrv; where there is no such module: apt-get install linux-headers-$(uname -r), then "
        + "/sbin/vboxconfig, or dpkg-reconfigure virtualbox-dkms; with Secure Boot it has to be signed"
}
