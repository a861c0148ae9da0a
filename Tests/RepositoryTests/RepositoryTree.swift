import DevenvHost
import SystemPackage
import Testing

/// The files of a repository: this one, or one that a test makes up.
struct RepositoryTree {
    /// Texts by their paths from the repository's root.
    let files: [String: String]

    /// The folders that belong to it, beside the files at its root.
    private static let folders = [
        "Benchmarks", "Documentation", "Envfiles", "Providers", "Provisioners", "Scripts", "Sources", "Tests",
    ]

    /// This repository, found from where this file was compiled.
    static func ours() throws -> RepositoryTree {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        var files: [String: String] = [:]
        for name in try HostFiles.list(root) where isOurs(name, in: root) {
            files[name] = try text(root.appending(name))
        }
        for folder in folders { try read(root.appending(folder), folder, into: &files) }
        try #require(files["Package.swift"] != nil)
        return RepositoryTree(files: files)
    }

    /// Swift files below a folder, by path.
    func swift(under folder: String = "") -> [(path: String, text: String)] {
        files.filter { $0.key.hasPrefix(folder) && $0.key.hasSuffix(".swift") }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The names of the folders in a folder.
    func folders(in folder: String) -> [String] {
        let names = files.keys.filter { $0.hasPrefix(folder + "/") }.compactMap { path -> String? in
            let parts = path.dropFirst(folder.count + 1).split(separator: "/")
            return parts.count > 1 ? String(parts[0]) : nil
        }
        return Set(names).sorted()
    }

    private static func read(_ path: FilePath, _ name: String, into files: inout [String: String]) throws {
        switch HostFiles.kind(path) {
        case .file: files[name] = try text(path)
        case .directory:
            for entry in try HostFiles.list(path) where !entry.hasPrefix(".") {
                try read(path.appending(entry), "\(name)/\(entry)", into: &files)
            }
        default: break
        }
    }

    private static func isOurs(_ name: String, in root: FilePath) -> Bool {
        !name.hasPrefix(".") && HostFiles.kind(root.appending(name)) == .file
    }

    private static func text(_ path: FilePath) throws -> String {
        String(decoding: try HostFiles.read(path) ?? [], as: UTF8.self)
    }
}
