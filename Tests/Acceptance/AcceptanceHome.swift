import DevenvHost
import DevenvPluginAPI
import DevenvTestSupport
import Glibc
import SystemPackage

/// The user's directories that many tests share, with boxes in their store. Made once a run, when they are first asked for;
/// removed when the tests' process ends.
actor AcceptanceHome {
    /// The name of the box that machines of the tests start from.
    static let box = "test/debian"

    /// With a small box.
    static let shared = AcceptanceHome("acceptance") { binary in
        let source = try await TestBox.image().layers.first?.string ?? ""
        try await run(binary, ["box", "add", source, "--name", box])
    }

    /// With a small disk for virtual machines.
    static let virtual = AcceptanceHome("virtual") { binary in
        let disk = try await TestDisk.tiny().disk
        try await run(binary, ["box", "add", disk.string, "--name", box, "--user", "dev"])
    }

    /// With a box for VirtualBox.
    static let virtualBox = AcceptanceHome("virtualbox") { binary in
        let source = try await TestDisk.vagrantBox()
        try await run(binary, ["box", "add", source.string, "--name", box])
    }

    /// With a box for VirtualBox without an operating system, whose disk has some megabytes that compress to no less.
    static let withoutSystem = AcceptanceHome("without-system") { binary in
        try await TemporaryDirectory.with { directory in
            let content = try HostFiles.head(of: "/dev/urandom", count: 4 << 20)
            let source = try await TestAppliance.vagrantBox(content, in: directory)
            try await run(binary, ["box", "add", source.string, "--name", box])
        }
    }

    /// With the boxes of the examples: one build under two names.
    static let examples = AcceptanceHome("examples") { binary in
        try await run(binary, ["box", "build", "debian/12-quickstart", "--include", "postgresql,python3"])
        let images = binary.home.appending("boxes/images")
        guard let image = try HostFiles.list(images).first else { throw Failure(description: "no box was built") }
        let tree = images.appending(image).appending("rootfs")
        try await run(binary, ["box", "add", tree.string, "--name", "debian/12"])
    }

    /// With the boxes of the examples for virtual machines, and that of the tests: one disk under three names.
    static let virtualExamples = AcceptanceHome("virtual-examples") { binary in
        let disk = try await TestDisk.debian(with: ["postgresql", "python3"]).layers.first?.string ?? ""
        for name in ["debian/12-quickstart", "debian/12", box] {
            try await run(binary, ["box", "add", disk, "--name", name, "--user", "dev"])
        }
    }

    private let name: String
    private let fill: @Sendable (DevenvBinary) async throws -> Void
    private var made: Task<DevenvBinary, any Error>?

    private init(_ name: String, fill: @escaping @Sendable (DevenvBinary) async throws -> Void) {
        self.name = name
        self.fill = fill
    }

    /// The program with these directories.
    func binary() async throws -> DevenvBinary {
        if let made { return try await made.value }
        let task = Task { [name, fill] in
            let binary = DevenvBinary(home: Self.path(name))
            try HostFiles.makeDirectory(binary.home, mode: [.ownerReadWriteExecute, .groupExecute, .otherExecute])
            atexit {
                for name in ["acceptance", "virtual", "virtualbox", "without-system", "examples", "virtual-examples"] {
                    try? HostFiles.remove(AcceptanceHome.path(name))  // nobody is left to tell
                }
            }
            try await fill(binary)
            return binary
        }
        made = task
        return try await task.value
    }

    /// Machines run as unprivileged users of this host, who must be able to reach their files: not below a home directory.
    private static func path(_ name: String) -> FilePath { FilePath("/var/tmp/devenv-\(name)-\(getpid())") }

    private static func run(_ binary: DevenvBinary, _ arguments: [String]) async throws {
        let outcome = try await binary.run(arguments, in: "/", timeout: .seconds(600))
        guard outcome.status == 0 else { throw Failure(description: outcome.transcript) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
