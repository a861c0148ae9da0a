import DevenvCrypto
import DevenvHost
package import DevenvPluginAPI
import Glibc
import SystemPackage
import Testing

/// A small Debian with an SSH server, sudo and a user `dev`, for tests that start real machines.
///
/// Built once with mmdebstrap (about half a minute) and kept in `DEVENV_TEST_CACHE`, or in
/// `$TMPDIR/devenv-test-box-UID`. Nobody writes to it.
package enum TestBox {
    /// The box, built where it is missing. Tests of several processes may ask at once: one builds, the others wait.
    package static func image() async throws -> BoxImage { try await image(arguments(adding: [])) }

    /// The same with systemd, which starts the SSH server.
    package static func systemd() async throws -> BoxImage { try await image(arguments(adding: ["systemd-sysv"])) }

    private static func image(_ recipe: [String]) async throws -> BoxImage {
        let digest = SHA256.hexadecimal(of: Array(recipe.joined(separator: "\n").utf8))
        let root = cache.appending("box-\(digest.prefix(12))")
        if !HostFiles.exists(root) { try await build(recipe, at: root) }
        return BoxImage(name: "test", digest: "sha256:" + digest, format: .directories, layers: [root], user: "dev")
    }

    private static var cache: FilePath {
        if let directory = getenv("DEVENV_TEST_CACHE") { return FilePath(String(cString: directory)) }
        let parent = getenv("TMPDIR").map { FilePath(String(cString: $0)) } ?? "/tmp"
        return parent.appending("devenv-test-box-\(getuid())")
    }

    private static func build(_ recipe: [String], at root: FilePath) async throws {
        try HostFiles.makeDirectory(cache)
        let lock = try await lock(cache.appending("lock"))
        if !HostFiles.exists(root) {
            let unfinished = cache.appending("unfinished")
            try HostFiles.remove(unfinished)
            let call = ToolInvocation("mmdebstrap", recipe + [unfinished.string], timeout: .seconds(600))
            let outcome = try await SystemToolRunner().run(call)
            guard outcome.status == 0 else { throw Failure(description: "mmdebstrap: \(outcome.complaint)") }
            try HostFiles.rename(unfinished, to: root)
        }
        _ = consume lock
    }

    private static func lock(_ path: FilePath) async throws -> FileLock {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if case .taken(let lock) = try FileLock.attempt(path, command: "build of the test box") { return lock }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(description: "another process builds the test box for ten minutes")
    }

    private static func arguments(adding packages: [String]) throws -> [String] {
        let base = "openssh-server,sudo,rsync,iproute2,iputils-ping,procps,netbase,ca-certificates"
        return [
            "--quiet", "--variant=minbase", "--format=directory",
            "--include=" + ([base] + packages).joined(separator: ","),
            "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/doc/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*", "--aptopt=Apt::Install-Recommends \"false\"",
            // a locked password ("!") would keep key logins out too
            "--customize-hook=chroot \"$1\" useradd -m -s /bin/bash -G sudo dev; chroot \"$1\" usermod -p \"*\" dev",
            "--customize-hook=echo \"dev ALL=(ALL) NOPASSWD:ALL\" > \"$1\"/etc/sudoers.d/dev",
            "--customize-hook=chmod 440 \"$1\"/etc/sudoers.d/dev",
            "--customize-hook=rm -f \"$1\"/etc/ssh/ssh_host_*; : > \"$1\"/etc/machine-id",
            // each login would run these
            "--customize-hook=rm -f \"$1\"/etc/update-motd.d/*", try release(),
        ]
    }

    /// The name of this host's Debian, whose packages are at hand.
    static func release() throws -> String {
        let text = String(decoding: try HostFiles.read("/etc/os-release") ?? [], as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VERSION_CODENAME=") }
        guard let line else { throw Failure(description: "/etc/os-release names no release of Debian") }
        return String(line.dropFirst("VERSION_CODENAME=".count))
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
