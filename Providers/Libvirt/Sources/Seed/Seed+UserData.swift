import DevenvModel
import DevenvPluginAPI

extension Seed {
    /// cloud-init's `user-data`.
    var userData: String { "#cloud-config\n" + JSONText.map(names + login + growth).document }

    private var names: [JSONText.Entry] {
        let hostname = request.spec.hostname
        // of a name with dots cloud-init would take the first part
        let isQualified = hostname.contains(".")
        return JSONText.entries([
            "hostname": .text(hostname),
            "fqdn": isQualified ? .text(hostname) : nil,
            "prefer_fqdn_over_hostname": isQualified ? .flag(true) : nil,
            "preserve_hostname": .flag(false),
            "manage_etc_hosts": .flag(false),
            "bootcmd": .list([.texts(["sh", "-c", Self.hostsScript, "devenv"] + hosts)]),
        ])
    }

    private var login: [JSONText.Entry] {
        let access = request.access
        let isRoot = access.user == "root"
        // over the distribution's own default user, whose shell and groups stay
        let user = JSONText.map([
            "name": .text(access.user), "lock_passwd": .flag(true), "sudo": .text("ALL=(ALL) NOPASSWD:ALL"),
        ])
        return JSONText.entries([
            "user": isRoot ? nil : user,
            "users": .texts(isRoot ? [] : ["default"]),
            "disable_root": .flag(!isRoot),
            "ssh_pwauth": .flag(false),
            "ssh_authorized_keys": .texts(access.authorizedKeys),
            "ssh_deletekeys": .flag(true),
            "ssh_keys": .map([
                "ed25519_private": .text(access.hostKey.secret), "ed25519_public": .text(access.publicHostKey),
            ]),
        ])
    }

    private var growth: [JSONText.Entry] {
        JSONText.entries([
            "growpart": .map(["mode": .text("auto"), "devices": .texts(["/"])]),
            "resize_rootfs": .flag(true),
            "package_update": .flag(false),
            "package_upgrade": .flag(false),
        ])
    }

    /// Replaces devenv's block in /etc/hosts by its arguments; run at each boot.
    private static let hostsScript = """
        [ -e /etc/hosts ] || : >/etc/hosts
        rest=$(sed "/^# devenv: the project's machines/,/^# devenv: end/d" /etc/hosts) || exit
        printf '%s\\n' "$rest" "# devenv: the project's machines" "$@" '# devenv: end' >/etc/hosts
        """
}
