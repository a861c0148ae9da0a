/// What every folder of a provider or a provisioner must have.
enum RegistrationRules {
    private static let root = "Sources/devenv/BuiltIns.swift"

    /// What is missing, as `FOLDER has no …`.
    static func violations(in tree: RepositoryTree) -> [String] {
        folders(tree).flatMap { violations(of: $0, in: tree) }
    }

    private static func folders(_ tree: RepositoryTree) -> [(path: String, type: String, isProvider: Bool)] {
        tree.folders(in: "Providers").map { ("Providers/\($0)", "\($0)Provider", true) }
            + tree.folders(in: "Provisioners").map { ("Provisioners/\($0)", "\($0)Provisioner", false) }
    }

    private static func violations(of folder: (path: String, type: String, isProvider: Bool), in tree: RepositoryTree)
        -> [String]
    {
        let tests = tree.swift(under: "\(folder.path)/Tests/")
        var missing: [String] = []
        if tree.swift(under: "\(folder.path)/Sources/").isEmpty { missing.append("Sources") }
        if !tests.contains(where: { $0.text.contains("@Test") }) { missing.append("Tests") }
        let readme = tree.files["\(folder.path)/README.md"]
        if tree.files["Package.swift"]?.contains("\"\(folder.type)\", at: \"\(folder.path)\"") != true {
            missing.append("line in Package.swift")
        }
        if readme?.contains("| option |") != true { missing.append("README.md with a table of its options") }
        if tree.files[root]?.contains("\(folder.type)(") != true { missing.append("line in BuiltIns.swift") }
        if folder.isProvider, !tests.contains(where: { $0.text.contains("ProviderConformance") }) {
            missing.append("run of the conformance suite")
        }
        return missing.map { "\(folder.path) has no \($0)" }
    }
}
