import DevenvCrypto
import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// Boxes of a moment's packages, from an archive that is laid out as snapshot.debian.org is, signed and expired.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "mmdebstrap", "unshare", "gpg", "dpkg-scanpackages", "dpkg-deb", "python3", "gzip"))
struct SnapshotBuildTests {
    @Test func aSnapshotsPackagesAreThoseOfItsMomentOnly() async throws {
        try await WebServer.with { server in
            let place = server.directory.path
            let binary = DevenvBinary(home: place.appending("home"))
            // the host's own sources bring what all boxes have; the archive is made of it
            let plain = try await binary.run(
                ["box", "build", "test/plain", "--suite", "bookworm", "--provider", "container"], in: place,
                timeout: .seconds(600))
            try #require(plain.status == 0, "\(plain.transcript)")
            for (moment, version) in [("20240301T000000Z", "1.0"), ("20240401T000000Z", "2.0")] {
                try await archive(moment, probe: version, in: server, home: binary.home)
            }
            let old = try await build("2024-03-01", server, binary)
            #expect(old.contains("Built team/fixed") && old.contains("devenv-probe 1.0"), "\(old)")
            let new = try await build("20240401T000000Z", server, binary)
            #expect(new.contains("devenv-probe 2.0"), "\(new)")
            let sources = try await read("etc/apt/sources.list", binary)
            #expect(
                sources.contains(
                    "deb [check-valid-until=no] \(server.url("/archive"))/debian-security/20240401T000000Z "
                        + "bookworm-security main"), "\(sources)")
            // what is there already is not asked for again: the moment has passed
            try HostFiles.remove(place.appending("www/archive"))
            #expect(try await build("20240401T000000Z", server, binary).contains("Unchanged: team/fixed"))
            let gone = try await run("2024-05-01", server, binary)
            #expect(gone.status == 1 && gone.errors.contains("error"), "\(gone.transcript)")
        }
    }

    /// Builds a definition, and shows what is known of all boxes.
    private func build(_ moment: String, _ server: WebServer, _ binary: DevenvBinary) async throws -> String {
        let built = try await run(moment, server, binary)
        #expect(built.status == 0, "\(built.transcript)")
        let list = try await binary.run(["box", "list", "--info"], in: server.directory.path)
        return (built.text.split(separator: "\n").last ?? "") + "\n" + list.text
    }

    /// The archive's key is the host's for this one command.
    private func run(_ moment: String, _ server: WebServer, _ binary: DevenvBinary) async throws -> ToolOutcome {
        try server.directory.write(
            """
            name: team/fixed
            base: debian/12
            snapshot: \(moment)
            mirror: \(server.url("/archive"))
            packages: [devenv-probe]
            providers: container

            """, to: "fixed.yaml")
        let script = "mount --bind keys /etc/apt/trusted.gpg.d && exec \"$@\""
        return try await SystemToolRunner().run(
            ToolInvocation(
                "unshare",
                ["--mount", "--", "sh", "-c", script, "sh", BuiltProgram.devenv.string, "box", "build", "fixed.yaml"],
                environment: ["DEVENV_HOME": binary.home.string, "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1"],
                directory: server.directory.path, timeout: .seconds(600)))
    }

    private func read(_ path: String, _ binary: DevenvBinary) async throws -> String {
        let images = binary.home.appending("boxes/images")
        for image in try HostFiles.list(images) {
            let tree = images.appending(image).appending("rootfs")
            let text = String(decoding: try HostFiles.read(tree.pushing(FilePath(path))) ?? [], as: UTF8.self)
            if text.contains("20240401T000000Z") { return text }
        }
        return ""
    }

    /// Makes an archive of the packages that a build has fetched, and one whose version tells the moment.
    private func archive(_ moment: String, probe version: String, in server: WebServer, home: FilePath) async throws {
        try server.directory.write(Self.script, to: "archive")
        let packages = home.appending("boxes/cache/packages/bookworm")
        let outcome = try await SystemToolRunner().run(
            ToolInvocation(
                "sh", ["archive", moment, version, packages.string], directory: server.directory.path,
                timeout: .seconds(120)))
        try #require(outcome.status == 0, "\(outcome.complaint)")
    }

    private static let script = #"""
        set -eu
        moment=$1 version=$2 packages=$3
        export GNUPGHOME="$PWD/gnupg"
        if [ ! -e keys ]; then
            mkdir -m 700 gnupg
            mkdir keys
            gpg --batch --quiet --passphrase '' --quick-generate-key 'test archive' ed25519 sign never
            gpg --batch --export >keys/archive.gpg
            gpgconf --kill all
        fi
        mkdir -p probe/DEBIAN
        printf 'Package: devenv-probe\nVersion: %s\nArchitecture: all\nMaintainer: nobody\nDescription: a probe\n' \
            "$version" >probe/DEBIAN/control
        # one suite of an archive, with what is in its pool
        suite() {
            mkdir -p "www/archive/$1/$moment/pool" "www/archive/$1/$moment/dists/$2/main/binary-amd64"
            cd "www/archive/$1/$moment"
            dpkg-scanpackages --multiversion pool >"dists/$2/main/binary-amd64/Packages" 2>/dev/null
            cd "dists/$2"
            {
                printf 'Origin: Debian\nSuite: %s\nCodename: %s\nArchitectures: amd64\nComponents: main\n' "$2" "$2"
                printf 'Date: Fri, 01 Mar 2024 00:00:00 UTC\nValid-Until: Fri, 08 Mar 2024 00:00:00 UTC\nSHA256:\n'
                file=main/binary-amd64/Packages
                echo " $(sha256sum <"$file" | cut -d' ' -f1) $(wc -c <"$file") $file"
            } >Release
            gpg --batch --quiet --passphrase '' --clearsign --output InRelease Release
            gpgconf --kill all
            cd "$top"
        }
        top=$PWD
        mkdir -p "www/archive/debian/$moment/pool"
        cp "$packages"/*.deb "www/archive/debian/$moment/pool"
        dpkg-deb --root-owner-group --build probe "www/archive/debian/$moment/pool/devenv-probe_${version}_all.deb" >/dev/null
        suite debian-security bookworm-security
        mkdir -p full && mv "www/archive/debian/$moment/pool" full/
        suite debian bookworm-updates
        rmdir "www/archive/debian/$moment/pool" && mv full/pool "www/archive/debian/$moment/"
        suite debian bookworm

        """#
}
