package import DevenvPluginAPI

/// What a box is built from: the distribution's own packages.
package struct BoxRecipe: Hashable, Sendable, CustomStringConvertible {
    /// The release's code name, such as `bookworm`.
    package let suite: String
    /// Packages beside the ones that every box has.
    package let packages: [String]
    /// What is made of them.
    package let format: BoxImage.Format

    /// Describes a box.
    package init(suite: String, packages: [String] = [], format: BoxImage.Format = .directories) {
        self.suite = suite
        self.packages = packages
        self.format = format
    }

    /// What a machine needs to be reached, provisioned and looked at.
    package static let base = [
        "openssh-server", "sudo", "rsync", "python3-minimal", "iproute2", "iputils-ping", "procps", "netbase",
        "ca-certificates", "curl",
    ]

    /// What a disk image needs beside that to start a machine, to find its way in a network and to do what its host asks.
    private static let machine = [
        "systemd-sysv", "udev", "dbus", "kmod", "systemd-resolved", "systemd-timesyncd", "qemu-guest-agent",
        "initramfs-tools", "busybox-static", "lz4", "e2fsprogs", "fdisk",
    ]

    /// The kernel for virtual machines, unless another one is asked for.
    private static let kernel = "linux-image-cloud-amd64"

    /// The releases that `debian/NUMBER` means.
    private static let releases = ["11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"]

    /// The release that a box's name speaks of (`debian/12`, `debian/12-postgresql`, `debian/trixie`), nil where it speaks
    /// of none: the host's own is meant then.
    package static func suite(forName name: String) -> String? {
        guard name.hasPrefix("debian/") else { return nil }
        let release = String(name.dropFirst(7).prefix { $0 != "-" })
        return releases[release] ?? releases.values.first { $0 == release }
    }

    /// All packages, each once, in the order in which they were asked for.
    var allPackages: [String] {
        var seen: Set<String> = []
        return (Self.base + (format == .qcow2 ? startable : []) + packages).filter { seen.insert($0).inserted }
    }

    private var startable: [String] {
        let hasKernel = packages.contains { $0.hasPrefix("linux-image-") }
        // its resolver became a package of its own with bookworm
        let system = suite == "bullseye" ? Self.machine.filter { $0 != "systemd-resolved" } : Self.machine
        return system + (hasKernel ? [] : [Self.kernel])
    }

    /// A text that changes whenever another box would come out, but for what the distribution updates.
    package var description: String {
        let programs =
            format == .qcow2 ? [MachineCustomization.preparation, MachineCustomization.completion(identity)] : []
        return ([suite, format.rawValue] + allPackages + [Customization.script] + programs).joined(separator: "\n")
    }

    /// What the identifiers on a disk image are made from.
    var identity: DiskIdentity { DiskIdentity(of: ([suite] + allPackages).joined(separator: " ")) }

    /// Throws `.invalid` for what can't be a suite or a package (Debian Policy 5.6.7; `=VERSION` and `:ARCH` may follow).
    func check() throws(BoxError) {
        guard Self.isPackage(suite) else {
            throw BoxError(
                .invalid, "'\(suite)' can't be the name of a release", help: "use a code name, for example bookworm")
        }
        guard let wrong = packages.first(where: { !Self.isPackage($0) }) else { return }
        throw BoxError(
            .invalid, "'\(wrong)' can't be the name of a package",
            help: "write names with commas between them, for example --include postgresql,nginx")
    }

    private static func isPackage(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+.-~:=".contains($0)) }
    }
}
