import FoundationEssentials

/// What `metadata.json` of a Vagrant box says (vagrant-libvirt, "Box Format").
struct VagrantMetadata: Hashable, Sendable {
    /// What the box is for, such as `libvirt`.
    let provider: String
    /// The names of its disks' files, as the metadata has them: `box.img` where it lists none.
    let disks: [String]
    /// The format of the disks; nil where nothing is said.
    let format: String?
    /// The processor, under Debian's name for it; nil where nothing is said, or nothing that is known.
    let architecture: String?
    /// Who people log in as, where devenv packed the box; nil otherwise.
    let user: String?
    /// Whether it lets in the key that Vagrant publishes, as every box does that was not packed otherwise by devenv.
    let hasKnownKey: Bool
    /// A key that it lets in, where devenv packed it and that is not Vagrant's; nil otherwise.
    let loginKey: LoginKey?

    /// A box for VirtualBox from before there were metadata.
    static let firstOfVirtualBox = VagrantMetadata()

    private init() {
        (provider, disks, format, architecture, user, hasKnownKey) = ("virtualbox", [], nil, nil, nil, true)
        loginKey = nil
    }

    /// Reads the file; nil where it is not about a Vagrant box.
    init?(_ bytes: [UInt8]) {
        // a root file system may have a file of this name too
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)) else { return nil }
        provider = file.provider
        format = file.format
        disks = file.disks.map { $0.map { $0.path ?? "" } }.flatMap { $0.isEmpty ? nil : $0 } ?? ["box.img"]
        architecture = file.architecture.flatMap { Self.architectures[$0] }
        user = file.devenv?.user.flatMap { Self.isUser($0) ? $0 : nil }
        hasKnownKey = file.devenv?.knownKey ?? true
        loginKey = file.devenv?.loginKey.flatMap(LoginKey.init(carried:))
    }

    private static func isUser(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) } && text.first != "-"
    }

    private struct File: Decodable {
        let provider: String
        let format: String?
        let architecture: String?
        let disks: [Disk]?
        let devenv: Own?

        struct Own: Decodable {
            let user: String?
            let knownKey: Bool?
            let loginKey: String?
        }

        struct Disk: Decodable {
            let path: String?
        }
    }

    private static let architectures = [
        "amd64": "amd64", "x86_64": "amd64", "arm64": "arm64", "aarch64": "arm64", "i386": "i386", "arm": "armhf",
        "ppc64le": "ppc64el", "riscv64": "riscv64", "s390x": "s390x",
    ]
}
