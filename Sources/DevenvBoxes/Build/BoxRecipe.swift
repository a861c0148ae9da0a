package import DevenvModel
package import DevenvPluginAPI

/// What a box is built from: the distribution's own packages.
package struct BoxRecipe: Hashable, Sendable, CustomStringConvertible {
    /// The release's code name, such as `bookworm`; empty for one on a base.
    package let suite: String
    /// The box that it begins with, in place of a release.
    package var base: BaseBox?
    /// Packages beside the ones that every box has.
    package let packages: [String]
    /// What is made of them.
    package let format: BoxImage.Format
    /// Where the packages come from.
    package var archive = PackageArchive.host
    /// Who people log in as.
    package var user = "dev"
    /// What a disk image takes at most; it takes as much of the host as is written to it. A machine whose `disk` is larger
    /// lets its root file system grow.
    package var size = ByteCount(bytes: 10 << 30)
    /// What is copied in.
    package var files: [BoxFile] = []
    /// What runs in the new tree, after that.
    package var scripts: [BoxScript] = []

    /// Describes a box.
    package init(suite: String, packages: [String] = [], format: BoxImage.Format = .directories) {
        self.suite = suite
        self.packages = packages
        self.format = format
    }

    /// Describes a box on another one.
    package init(on base: BaseBox, packages: [String] = [], format: BoxImage.Format = .directories) {
        self.init(suite: "", packages: packages, format: format)
        self.base = base
        user = base.user
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

    /// The release that a box's name speaks of (`debian/12`, `debian/12-postgresql`, `debian/trixie`), nil where it speaks
    /// of none: the host's own is meant then.
    package static func suite(forName name: String) -> String? { DebianNames.suite(forBox: name) }

    /// All packages, each once, in the order in which they were asked for.
    var allPackages: [String] { (Self.base + (format == .qcow2 ? startable : []) + packages).uniqued() }

    private var startable: [String] {
        let hasKernel = packages.contains { $0.hasPrefix("linux-image-") }
        // its resolver became a package of its own with bookworm
        let system = suite == "bullseye" ? Self.machine.filter { $0 != "systemd-resolved" } : Self.machine
        return system + (hasKernel ? [] : [Self.kernel])
    }

    /// A text that changes whenever another box would come out, but for what the distribution updates.
    package var description: String {
        if let base {
            return (["on", base.digest.description, base.user] + packages + [BuildPayload.installer(of: packages)])
                .joined(separator: "\n")
        }
        let programs =
            format == .qcow2
            ? [
                MachineCustomization.preparation, MachineCustomization.completion(identity),
                MachineCustomization.conclusion,
            ] : []
        let own = [user, archive.description, format == .qcow2 ? "\(size.bytes)" : ""]
        let customization = [Customization.begin(user: user), Customization.end]
        return ([suite, format.rawValue] + allPackages + own + customization + programs).joined(separator: "\n")
    }

    /// Whether anything of the user's own goes into the tree.
    var hasSteps: Bool { !files.isEmpty || !scripts.isEmpty }

    /// Whether the same recipe gives the same box on any day: its packages are those of a moment, or its base's, and no script can
    /// fetch others.
    var isFixed: Bool {
        (base == nil ? archive.isFixed : packages.isEmpty) && !scripts.contains(where: \.hasNetwork)
    }

    /// What the identifiers on a disk image are made from.
    var identity: DiskIdentity { DiskIdentity(of: ([suite] + allPackages).joined(separator: " ")) }

    /// Throws `.invalid` for what can't be a suite or a package (Debian Policy 5.6.7; `=VERSION` and `:ARCH` may follow).
    func check() throws(BoxError) {
        guard base == nil || format == .directories else {
            throw BoxError(
                .invalid, "a \(format.noun) can't be built on another box, only a tree can",
                help: "build it from a release, or package a machine that was changed: 'devenv box package'",
                part: .base)
        }
        guard format != .ovf else {
            throw BoxError(
                .invalid, "a \(format.noun) can't be built from packages",
                help: "build a disk image with --provider libvirt, or export a machine from VirtualBox")
        }
        guard base != nil || DebianNames.isPackage(suite) else {
            throw BoxError(
                .invalid, "'\(suite)' can't be the name of a release", help: "use a code name, for example bookworm")
        }
        guard let wrong = packages.first(where: { !DebianNames.isPackage($0) }) else { return }
        throw BoxError(
            .invalid, "'\(wrong)' can't be the name of a package",
            help: "write names with commas between them, for example --include postgresql,nginx")
    }
}

extension PackageArchive {
    /// For a digest.
    fileprivate var description: String {
        switch self {
        case .host: "host"
        case .mirror(let address): address
        case .snapshot(let moment, let address): (address.map { [$0, moment] } ?? [moment]).joined(separator: " ")
        }
    }

    /// What mmdebstrap is to fetch from, beside the host's own sources: an address, or lines of sources.list(5).
    func sources(suite: String) -> [String] {
        switch self {
        case .host: return []
        case .mirror(let address): return [address]
        case .snapshot(let moment, let address):
            // what a snapshot says of itself has expired
            let archive = "[check-valid-until=no] \(address ?? "http://snapshot.debian.org/archive")"
            let main = "deb \(archive)/debian/\(moment) \(suite) main"
            // what is not released has no updates beside itself
            if ["sid", "unstable"].contains(suite) { return [main] }
            return [
                main, "deb \(archive)/debian/\(moment) \(suite)-updates main",
                "deb \(archive)/debian-security/\(moment) \(suite)-security main",
            ]
        }
    }

    /// Whether the packages are the same on any day.
    var isFixed: Bool { if case .snapshot = self { true } else { false } }
}
