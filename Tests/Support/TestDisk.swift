import DevenvBoxes
import DevenvCrypto
import DevenvHost
import DevenvModel
package import DevenvPluginAPI
import Glibc
package import SystemPackage

/// A machine for tests: a disk image, and the kernel in it for those who start it without a boot loader.
package struct TestGuest: Hashable, Sendable {
    /// The image. Nobody writes to it.
    package let image: BoxImage
    /// The kernel.
    package let kernel: FilePath
    /// The initial file system.
    package let initrd: FilePath
    /// What the kernel must be told.
    package let commandLine: String

    /// The image's file.
    package var disk: FilePath { image.layers[0] }
}

/// Machines that start in seconds even on an emulated processor, for tests that start real ones.
///
/// Built once and kept in `DEVENV_TEST_CACHE`, or in `$TMPDIR/devenv-test-disk-UID`, under the digest of what they are made
/// of. Nobody writes to them. Tests of several processes may ask at once: one builds, the others wait.
package enum TestDisk {
    /// A kernel, busybox, dropbear, rsync and sftp, with what provisioners and folders need: SSH answers after 3 s started
    /// directly and 6 s through its boot loader. User `dev` with a `sudo` that asks nothing; honours devenv's seed.
    package static func tiny() async throws -> TestGuest {
        let identity = DiskIdentity(of: "tiny")
        let digest = digest(TinyGuest.recipe)
        let directory = cache.appending("tiny-\(digest.prefix(12))")
        try await make(directory) { unfinished in
            try await TinyGuest.build(in: unfinished, identity: identity)
        }
        return TestGuest(
            image: image("tiny", digest, in: directory), kernel: directory.appending("vmlinuz"),
            initrd: directory.appending("initrd.img"), commandLine: TinyGuest.commandLine(identity))
    }

    /// A Debian as `devenv box build` makes it: SSH answers after 15 s on an emulated processor that has nothing else to do.
    package static func debian(with packages: [String] = []) async throws -> BoxImage {
        let recipe = BoxRecipe(suite: try TestBox.release(), packages: packages, format: .qcow2)
        let digest = digest([recipe.description])
        let directory = cache.appending("debian-\(digest.prefix(12))")
        try await make(directory) { unfinished in
            // a store beside it keeps the packages that were fetched
            let place = cache.appending("store")
            let directories = HostDirectories(data: place, runtime: place.appending("run"))
            let store = BoxStore(directories: directories, runner: SystemToolRunner())
            _ = try await BoxBuilder(store: store).build(
                "test", format: .qcow2, suite: recipe.suite, packages: packages, replacing: true)
            let image = try store.resolve(.named("test", constraint: nil), base: "/", formats: [.qcow2])
            try HostFiles.rename(image.layers[0], to: unfinished.appending("disk.qcow2"))
            try HostFiles.remove(directories.boxes.appending("images"))
            try HostFiles.remove(directories.boxes.appending("names"))
        }
        return image("debian", digest, in: directory)
    }

    /// The same tiny machine as people make boxes for VirtualBox: a file of Vagrant's format in which nothing is devenv's.
    /// OpenSSH, the user `vagrant`, the key that Vagrant publishes, a `sudo` that asks nothing.
    ///
    /// `DEVENV_TEST_GUEST_KERNEL` may name another kernel than Debian's, with everything built in that the machine needs:
    /// where VirtualBox interprets each instruction, Debian's takes a minute to start.
    package static func vagrantBox() async throws -> FilePath {
        let kernel = try getenv("DEVENV_TEST_GUEST_KERNEL").flatMap {
            try HostFiles.read(FilePath(String(cString: $0)))
        }
        let box = VagrantGuest(kernel: kernel, identity: DiskIdentity(of: "vagrant"))
        let directory = cache.appending("vagrant-\(digest(box.recipe).prefix(12))")
        try await make(directory) { unfinished in try await box.build(in: unfinished) }
        return directory.appending("vagrant.box")
    }

    private static func image(_ name: String, _ digest: String, in directory: FilePath) -> BoxImage {
        BoxImage(
            name: "test-\(name)", digest: "sha256:" + digest, format: .qcow2,
            layers: [directory.appending("disk.qcow2")], user: "dev")
    }

    private static func digest(_ recipe: [String]) -> String {
        var hash = SHA256()
        for part in recipe { hash.update(field: part) }
        return hash.hexadecimal()
    }

    private static var cache: FilePath {
        if let directory = getenv("DEVENV_TEST_CACHE") { return FilePath(String(cString: directory)) }
        let parent = getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp"
        return parent.appending("devenv-test-disk-\(getuid())")
    }

    private static func make(_ directory: FilePath, _ build: (FilePath) async throws -> Void) async throws {
        if HostFiles.exists(directory) { return }
        try HostFiles.makeDirectory(cache)
        let lock = try await lock(cache.appending("lock"))
        if !HostFiles.exists(directory) {
            let unfinished = cache.appending("unfinished")
            try HostFiles.remove(unfinished)
            try HostFiles.makeDirectory(unfinished)
            try await build(unfinished)
            try HostFiles.rename(unfinished, to: directory)
        }
        _ = consume lock
    }

    private static func lock(_ path: FilePath) async throws -> FileLock {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if case .taken(let lock) = try FileLock.attempt(path, command: "build of a test disk") { return lock }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestDiskError(description: "another process builds '\(path)' for ten minutes")
    }
}

/// Why a machine for tests could not be built.
struct TestDiskError: Error, CustomStringConvertible {
    let description: String
}
