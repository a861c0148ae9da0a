import DevenvHost
import SystemPackage

/// The programs that a build calls.
enum BuildTools {
    /// Where a build reads and writes.
    struct Places: Hashable, Sendable {
        /// The finished tree, as an archive.
        let archive: FilePath
        /// Where the tree is made.
        let scratch: FilePath
        /// What the program says.
        let log: FilePath
        /// The program that ends the build with whoever wants it.
        let attendant: FilePath
        /// The program that runs before most packages are set up; nil for none.
        let preparation: FilePath?
        /// The programs that turn a Debian tree into a box, in this order.
        let customizations: [FilePath]
        /// Settings that the host's apt needs to reach its sources; nil for none.
        let settings: FilePath?
        /// The host's own sources; nil for those of the recipe, or to let mmdebstrap choose.
        let sources: FilePath?
        /// Packages from earlier builds; nil while another build uses them.
        let packages: FilePath?
    }

    /// Makes a Debian root file system from packages.
    static func bootstrap(_ recipe: BoxRecipe, _ places: Places, _ namespace: OwnerNamespace) -> ToolInvocation {
        var arguments = [
            namespace == .root ? "--mode=root" : "--mode=unshare", "--variant=minbase", "--format=tar",
            "--include=\(recipe.allPackages.joined(separator: ","))",
        ]
        arguments += ["man", "doc", "locale"].map { "--dpkgopt=path-exclude=/usr/share/\($0)/*" }
        arguments += places.settings.map { ["--aptopt=\($0)"] } ?? []
        arguments += places.packages.map(reusing) ?? []
        arguments += places.preparation.map { ["--essential-hook=\($0)"] } ?? []
        arguments += places.customizations.map { "--customize-hook=\($0)" }
        arguments += ["--", recipe.suite, places.archive.string]
        arguments += places.sources.map { [$0.string] } ?? recipe.archive.sources(suite: recipe.suite)
        return ToolInvocation(
            "mmdebstrap", arguments,
            environment: ["SOURCE_DATE_EPOCH": DiskTools.epoch, "TMPDIR": places.scratch.string],
            output: .file(places.log), timeout: .seconds(3600))
    }

    /// The call with mounts of its own, which nobody else sees and which end with it, however it ends. Without root,
    /// mmdebstrap makes itself a name space for them.
    static func apart(_ call: ToolInvocation, _ namespace: OwnerNamespace) -> ToolInvocation {
        guard namespace == .root else { return call }
        var apart = call
        apart.tool = "unshare"
        apart.arguments = ["--mount", "--", call.tool] + call.arguments
        return apart
    }

    /// The call, ended together with whoever holds a lock. Where the call's program is not installed, the status is that of
    /// `BoxTools.notFound`.
    static func attended(_ call: ToolInvocation, by attendant: FilePath, lock: FilePath) -> ToolInvocation {
        var attended = call
        attended.tool = attendant.string
        attended.arguments = [lock.string, call.tool] + call.arguments
        return attended
    }

    /// Unpacks the tree that a disk image is made of. Devices are left out: the kernel makes them, and only root could here.
    static func unpack(_ archive: FilePath, into tree: FilePath, _ namespace: OwnerNamespace) -> ToolInvocation {
        var call = BoxTools.unpack(archive, into: tree)
        call.arguments += ["--exclude=./dev/*"]
        return namespace.enter(call)
    }

    /// Removes what may belong to users that only the name space knows.
    static func remove(_ path: FilePath, _ namespace: OwnerNamespace) -> ToolInvocation {
        namespace.enter(ToolInvocation("rm", ["--recursive", "--force", "--one-file-system", "--", path.string]))
    }

    /// Brings packages of earlier builds in, and out again what could still be fetched. The hooks are mmdebstrap's own
    /// words; the only path in them is one of the store's.
    private static func reusing(_ packages: FilePath) -> [String] {
        let cache = ShellWord.quote(packages.string)
        return [
            "--skip=download/empty,essential/unlink", "--setup-hook=mkdir -p \"$1\"/var/cache/apt/archives",
            "--setup-hook=sync-in \(cache) /var/cache/apt/archives",
            "--customize-hook=APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get autoclean",
            "--customize-hook=sync-out /var/cache/apt/archives \(cache)",
        ]
    }

    /// What the host's apt is set to.
    static let settings = ToolInvocation("apt-config", ["dump", "Acquire"])
}
