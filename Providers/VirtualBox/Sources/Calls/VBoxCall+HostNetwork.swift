import DevenvModel

extension VBoxCall {
    /// Makes a host-only interface; VirtualBox names it.
    static let createHostOnlyInterface = VBoxCall(["hostonlyif", "create"])

    /// Gives a host-only interface its address. Outside of 192.168.56.0/21 VirtualBox refuses it, unless
    /// `/etc/vbox/networks.conf` allows it.
    static func configureHostOnlyInterface(_ name: String, address: IPv4Address, mask: IPv4Address) -> VBoxCall {
        VBoxCall(["hostonlyif", "ipconfig", name, "--ip", address.description, "--netmask", mask.description])
    }

    /// Removes a host-only interface.
    static func removeHostOnlyInterface(_ name: String) -> VBoxCall { VBoxCall(["hostonlyif", "remove", name]) }
}
