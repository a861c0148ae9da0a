/// Who may import whom, folder by folder.
enum ImportRules {
    /// What may be imported in a folder and below it; of folders within each other the inner one counts.
    static let table: [String: Set<String>] = [
        "Sources/DevenvDiagnostics": [],
        "Sources/DevenvModel": values.union(["DevenvDiagnostics"]),
        "Sources/DevenvYAML": values.union(["DevenvDiagnostics", "CLibYAML"]),
        "Sources/DevenvEnvfile": values.union(["DevenvDiagnostics", "DevenvModel", "DevenvYAML", "Glibc"]),
        "Sources/DevenvPluginAPI": values.union(["DevenvDiagnostics", "DevenvModel"]),
        "Sources/DevenvCrypto": ["CLibCrypto"],
        "Sources/DevenvHost": values.union(["DevenvModel", "CHost", "Subprocess", "Glibc", "Dispatch"]),
        "Sources/DevenvSSH": effects.union(["CLibSSH2"]),
        "Sources/DevenvSync": effects.union(["DevenvDiagnostics", "CHost"]),
        "Sources/DevenvGuest": effects.union(["DevenvDiagnostics"]),
        "Sources/DevenvState": effects.union(["DevenvDiagnostics", "FoundationEssentials"]),
        "Sources/DevenvDownload": effects.union(["FoundationEssentials"]),
        "Sources/DevenvCatalogs": effects.union(["DevenvDownload", "FoundationEssentials"]),
        "Sources/DevenvBoxes": effects.union(["FoundationEssentials", "CHost", "CExpat"]),
        "Sources/DevenvRegistry": effects.union([
            "DevenvBoxes", "DevenvDownload", "DevenvCatalogs", "FoundationEssentials",
        ]),
        "Sources/DevenvEngine": effects.union([
            "DevenvDiagnostics", "DevenvState", "DevenvBoxes", "DevenvDownload", "DevenvCatalogs", "DevenvRegistry",
            "FoundationEssentials",
        ]),
        "Sources/DevenvCommands": effects.union([
            "DevenvDiagnostics", "DevenvEnvfile", "DevenvState", "DevenvBoxes", "DevenvRegistry", "DevenvEngine",
            "DevenvDownload", "DevenvCatalogs", "DevenvGuest", "ArgumentParser", "FoundationEssentials",
        ]),
        // a provider's own C module; JSON and XML for its tool, such as runc's config.json and libvirt's domains
        "Providers": effects.union(["DevenvDiagnostics", "FoundationEssentials", "CExpat"]),
        "Provisioners": effects.union(["DevenvDiagnostics", "DevenvGuest"]),
    ]

    private static let values: Set<String> = ["SystemPackage", "Synchronization"]
    private static let effects: Set<String> = values.union([
        "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "Glibc", "Dispatch",
    ])

    /// What is nowhere allowed, and what only in one place beside the table: the composition root and tests import freely.
    private static let nowhere: Set<String> = ["Foundation", "XCTest"]
    private static let subprocess = ["Sources/DevenvHost/", "Tests/Support/"]

    /// Every import against the rules, as `FILE imports MODULE`.
    static func violations(in tree: RepositoryTree) -> [String] {
        tree.swift().flatMap { path, text in
            imports(of: text).filter { !isAllowed($0, in: path, tree) }.map { "\(path) imports \($0)" }
        }
    }

    /// The modules that a text imports.
    static func imports(of text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            var words = line.split(separator: " ")[...]
            let access: Set<Substring> = ["package", "public", "internal", "fileprivate", "private"]
            while let word = words.first, word.hasPrefix("@") || access.contains(word) { words.removeFirst() }
            guard words.popFirst() == "import" else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            if let word = words.first, kinds.contains(word) { words.removeFirst() }
            return words.first.map { String($0.prefix { $0 != "." }) }
        }
    }

    private static func isAllowed(_ module: String, in path: String, _ tree: RepositoryTree) -> Bool {
        guard !nowhere.contains(module) else { return false }
        if module == "Subprocess" { return subprocess.contains { path.hasPrefix($0) } }
        if path.split(separator: "/").contains("Tests") || path == "Package.swift" || path.hasPrefix("Sources/devenv/")
        {
            return true
        }
        guard let rule = table.first(where: { path.hasPrefix($0.key + "/") }) else { return false }
        return rule.value.contains(module) || isOwnCModule(module, of: path, tree)
    }

    /// A C module that lies in the provider's own folder.
    private static func isOwnCModule(_ module: String, of path: String, _ tree: RepositoryTree) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Providers" else { return false }
        return tree.files.keys.contains { $0.hasPrefix("Providers/\(parts[1])/\(module)/") }
    }
}
