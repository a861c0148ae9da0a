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
        /// The program that turns a Debian tree into a box.
        let customization: FilePath
        /// Settings that the host's apt needs to reach its sources; nil for none.
        let settings: FilePath?
        /// The host's own sources; nil to let mmdebstrap choose.
        let sources: FilePath?
        /// Packages from earlier builds; nil while another build uses them.
        let packages: FilePath?
    }

    /// Times in the tree and in /etc/shadow are never later than this, so that they don't tell builds apart.
    private static let epoch = "1700000000"

    /// Makes a Debian root file system from packages.
    static func bootstrap(_ recipe: BoxRecipe, _ places: Places) -> ToolInvocation {
        var arguments = [
            "--mode=root", "--variant=minbase", "--format=tar",
            "--include=\(recipe.allPackages.joined(separator: ","))",
        ]
        arguments += ["man", "doc", "locale"].map { "--dpkgopt=path-exclude=/usr/share/\($0)/*" }
        arguments += places.settings.map { ["--aptopt=\($0)"] } ?? []
        arguments += places.packages.map(reusing) ?? []
        arguments += ["--customize-hook=\(places.customization)", "--", recipe.suite, places.archive.string]
        arguments += places.sources.map { [$0.string] } ?? []
        return ToolInvocation(
            "mmdebstrap", arguments, environment: ["SOURCE_DATE_EPOCH": epoch, "TMPDIR": places.scratch.string],
            output: .file(places.log), timeout: .seconds(3600))
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
