import CHost
import DevenvHost
import Glibc
import SystemPackage

/// Where a box is built on another one: its trees below, and above them a directory that takes what changes.
struct BuildOverlay: Sendable {
    /// Of this process's own, on the store's file system.
    let directory: FilePath
    let base: BaseBox

    /// What changes, as overlayfs has it.
    var changes: FilePath { directory.appending("changes") }
    /// Mounts all of it and takes the steps.
    var program: FilePath { directory.appending("layer") }

    func prepare() throws(HostError) {
        for name in ["changes", "work", "root"] { try HostFiles.makeDirectory(directory.appending(name)) }
        // the root of the tree that machines see is that of the highest layer
        try HostFiles.setMode(of: changes, [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
        for index in base.trees.indices {
            try HostFiles.makeDirectory(directory.appending("lower").appending("\(index)"))
        }
    }

    /// The program, which has mounts of its own. Trees are mounted under short names, as what mount(2) is told of them has to be
    /// short and knows no quotes.
    func program(_ payload: BuildPayload, hasPackages: Bool) -> String {
        let trees = base.trees.enumerated().map { index, tree in
            "mount --bind \(ShellWord.quote(tree.string)) lower/\(index)\n"
        }
        let lower = base.trees.indices.reversed().map { "lower/\($0)" }.joined(separator: ":")
        let installation = hasPackages ? ShellWord.quote(payload.installation.string) + " \"$PWD/root\"\n" : ""
        return """
            #!/bin/sh
            # Written by devenv.
            set -eu
            cd \(ShellWord.quote(directory.string))
            \(trees.joined())mount -t overlay -o 'index=off,metacopy=off,redirect_dir=off,\
            lowerdir=\(lower),upperdir=changes,workdir=work' overlay root
            # who may use the network asks the host's name servers
            [ -h root/etc/resolv.conf ] || cp /etc/resolv.conf root/etc/resolv.conf
            \(installation)\(ShellWord.quote(payload.program.string)) "$PWD/root"
            umount root

            """
    }

    /// Takes out of what has changed what is the build's own or was made by chance, and what overlayfs keeps for itself.
    func settle() throws(HostError) {
        let etc = changes.appending("etc")
        for name in ["resolv.conf", "machine-id", "hostname", ".pwd.lock"] { try removeChange(etc.appending(name)) }
        for name in try HostFiles.list(etc.appending("ssh")) where name.hasPrefix("ssh_host_") {
            try removeChange(etc.appending("ssh").appending(name))
        }
        for path in ["dpkg.log", "alternatives.log", "apt/history.log", "apt/term.log", "apt/eipp.log.xz", "lastlog"] {
            try removeChange(changes.appending("var/log").pushing(FilePath(path)))
        }
        try removeChange(changes.appending("var/cache/ldconfig/aux-cache"))
        for found in try TreeWalk.entries(of: changes) {
            for attribute in found.entry.attributes
            where attribute.name.text.hasPrefix(OverlayAttribute.prefix)
                && attribute.name.text != OverlayAttribute.opaque
            {
                guard lremovexattr(found.location.string, attribute.name.text) == 0 else {
                    throw HostError("changing", found.location, Errno(rawValue: errno))
                }
            }
        }
    }

    /// A file of the base shows again. One that the base does not have, and one that was removed, are left as they are.
    private func removeChange(_ path: FilePath) throws(HostError) {
        if HostFiles.kind(path) == .file { try HostFiles.remove(path) }
    }
}
