import DevenvHost
import DevenvTestSupport
import Testing

/// Debian packages of this host in machines of the tests, whose box is of the same release: nothing has to be downloaded.
enum GuestPackages {
    /// Copies the files of packages, whose names may be patterns, into a machine, with the shared libraries that their programs
    /// need. Nothing is configured.
    static func install(
        _ packages: [String], in project: AcceptanceProject, machine: String = "one"
    ) async throws {
        let archive = try await SystemToolRunner().run(
            ToolInvocation("sh", ["-c", script, "sh"] + packages, output: .captured(limit: 512 << 20)))
        try #require(archive.status == 0, "\(archive.complaint)")
        let unpacked = try await project.devenv(
            "ssh", machine, "-c", "sudo tar -xpzf - -C /", input: archive.standardOutput)
        try #require(unpacked.status == 0, "\(unpacked.transcript)")
    }

    /// Files and links, without documentation, and what the programs among them are linked with; `/lib` and its like are links
    /// themselves.
    private static let script = """
        packages=$(dpkg-query --show --showformat='${db:Status-Status} ${binary:Package}\\n' "$@" | sed -n 's/^installed //p')
        files=$(dpkg -L $packages | sort -u | grep -v -e '^/usr/share/doc/' -e '^/usr/share/man/' -e '^/usr/share/locale/' |
            while read -r path; do
                if [ -L "$path" ] || [ -f "$path" ]; then echo "$path"; fi
            done)
        programs=$(echo "$files" | grep -e /bin/ -e /sbin/ -e '\\.so')
        libraries=$(ldd $programs 2>/dev/null | sed -n 's/.*=> \\(\\/[^ ]*\\) .*/\\1/p' | sort -u)
        { echo "$files"; echo "$libraries"; readlink -f $libraries; } | grep . |
            sed 's,^/\\(bin\\|sbin\\|lib\\|lib64\\)/,/usr/\\1/,;s,^/,,' | sort -u |
            tar --create --gzip --owner=0 --group=0 --directory=/ --no-recursion --files-from=-
        """
}
