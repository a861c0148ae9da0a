import DevenvHost
import SystemPackage

extension BuildPayload {
    /// Installs packages, given the tree.
    var installation: FilePath { directory.appending("install-packages") }

    /// Writes what installs packages with the tree's own apt from the tree's own sources, by the host's proxies.
    func write(installationOf packages: [String], settings: String) throws(HostError) {
        guard !packages.isEmpty else { return }
        // a proxy's address may hold a password
        try AtomicFile.write(
            Array(settings.utf8), to: content.appending("apt.conf"), mode: .ownerReadWrite, durable: false)
        try BoxBuilder.write(program: Self.installer(of: packages), to: content.appending("packages"))
        let call = [directory.appending("sandbox").string, "yes", "$root", content.string].map {
            $0 == "$root" ? "\"$1\"" : ShellWord.quote($0)
        }
        try BoxBuilder.write(
            program: """
                #!/bin/sh
                # Written by devenv.
                exec \(call.joined(separator: " ")) /usr/bin/env -i \(BuildSteps.path) HOME=/root LANG=C.UTF-8 \
                DEBIAN_FRONTEND=noninteractive SOURCE_DATE_EPOCH=\(DiskTools.epoch) APT_CONFIG=\(BuildSandbox.place)/apt.conf \
                /bin/sh \(BuildSandbox.place)/packages </dev/null

                """, to: installation)
    }

    /// No service starts meanwhile, and what apt has fetched and written down goes again.
    static func installer(of packages: [String]) -> String {
        """
        set -eu
        command -v apt-get >/dev/null || { echo 'E: packages can only be installed where the base has apt-get'; exit 1; }
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf '#!/bin/sh\\nexit 101\\n' >"$policy"
            chmod 755 "$policy"
            trap 'rm -f "$policy"' EXIT
        fi
        [ -x /usr/bin/pg_dropcluster ] && had_clusters=yes || had_clusters=no
        [ -e /etc/ssl/private/ssl-cert-snakeoil.key ] && had_certificate=yes || had_certificate=no
        apt-get -qq update
        apt-get -qq --yes --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install \
        \(packages.map(ShellWord.quote).joined(separator: " "))
        # what installation makes up by chance would be the same in every machine
        if [ $had_clusters = no ] && [ -x /usr/bin/pg_dropcluster ]; then
            pg_lsclusters --no-header | while read -r version cluster _; do pg_dropcluster "$version" "$cluster"; done
        fi
        if [ $had_certificate = no ]; then
            rm -f /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
        fi
        apt-get -qq clean
        find /var/lib/apt/lists /var/cache/apt -type f -delete
        rm -f /var/cache/debconf/*-old /var/lib/dpkg/*-old

        """
    }
}
