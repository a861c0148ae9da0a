import DevenvHost
import DevenvPluginAPI
import SystemPackage

/// What a `file` item sends.
struct FileSource: Equatable {
    /// What it is.
    enum Kind: Equatable {
        /// A single file, which arrives under the target's name or, in a directory, under its own.
        case file
        /// A directory, which arrives in the target under its own name.
        case directory
        /// What is in a directory, which arrives in the target: the source ends in `/`.
        case contents
    }

    /// Where it is.
    let path: FilePath
    /// What it is.
    let kind: Kind

    /// Finds a source of the project. A symbolic link is followed; the ones below a directory are not.
    init(_ text: String, in project: ProvisionerProject) throws(ProvisionerError) {
        let path = project.directory.pushing(FilePath(text)).lexicallyNormalized()
        guard HostFiles.exists(path) else {
            throw ProvisionerError(
                "there is no '\(text)' to send",
                help: "the path starts from the Envfile's directory, \(project.directory)")
        }
        self.path = path
        switch HostFiles.kind(path.appending(".")) {
        case .directory: kind = text.hasSuffix("/") || path.lastComponent == nil || text == "." ? .contents : .directory
        default: kind = .file
        }
        if kind == .file, text.hasSuffix("/") { throw ProvisionerError("'\(text)' is a file, not a directory") }
    }

    /// The name that it has itself.
    var name: String { path.lastComponent?.string ?? "." }

    /// How tar is called: one stream of these members, named within the source, with a last one that tells that it is whole.
    /// Owners are left to the machine; GNU's format is the one for long names that every tar reads.
    func archive(_ members: [String], endMark: FilePath) -> ToolInvocation {
        let parent = kind == .contents ? path : path.removingLastComponent()
        let follow = kind == .file ? ["--dereference"] : []
        let format = ["--format=gnu", "--owner=0", "--group=0", "--numeric-owner", "--hard-dereference"]
        let names = ["--directory=\(parent)", "--no-recursion", "--null", "--files-from=-"]
        let mark = ["--directory=\(endMark.removingLastComponent())", "./\(endMark.lastComponent?.string ?? "")"]
        let root = kind == .contents ? "." : "./\(name)"
        let input = members.flatMap { Array(($0.isEmpty ? root : "\(root)/\($0)").utf8) + [0] }
        return ToolInvocation(
            "tar", ["--create", "--file=-"] + format + follow + names + mark, input: input, timeout: .seconds(86_400))
    }
}
