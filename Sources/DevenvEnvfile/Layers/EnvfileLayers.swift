import DevenvDiagnostics
import DevenvYAML
import SystemPackage

/// Reads an Envfile and what belongs to it: the files that it includes below it, `Envfile.local.yaml` above it.
struct EnvfileLayers {
    /// The personal settings beside an Envfile.
    static let localName = "Envfile.local.yaml"

    /// The files that were read so far.
    private(set) var files: [FilePath] = []
    private var finished: [FilePath: YAMLNode] = [:]
    private var open: [FilePath] = []

    /// The merged tree of a project; nil, with a report, where its own file can't be used.
    mutating func read(_ source: SourceText, at path: FilePath, _ scope: inout Scope) -> YAMLNode? {
        guard let root = tree(source, at: path, &scope) else { return nil }
        let localPath = path.removingLastComponent().appending(Self.localName)
        guard scope.files.isFile(localPath), localPath != path else { return root }
        let directory = FilePath(source.name).removingLastComponent()
        let name = directory.appending(Self.localName).string
        guard let local = Self.load(localPath, name: name, at: nil, &scope),
            let upper = tree(local, at: localPath, isOptional: true, &scope)
        else { return root }
        return upper.merged(over: root, &scope.problems)
    }

    /// Reads a file's bytes; nil, with a report, where that fails.
    static func load(
        _ path: FilePath, name: String, at location: SourceLocation?, _ scope: inout Scope
    ) -> SourceText? {
        do {
            return SourceText(name: name, bytes: try scope.files.read(path))
        } catch {
            scope.problems.error("reading '\(name)' failed: \(error)", at: location)
            return nil
        }
    }

    private mutating func tree(
        _ source: SourceText, at path: FilePath, isOptional: Bool = false, _ scope: inout Scope
    ) -> YAMLNode? {
        files.append(path)
        var diagnostics: [Diagnostic] = []
        let node = YAMLReader.read(source, reporting: &diagnostics)
        scope.problems.report(diagnostics)
        guard let node, !node.isNull else {
            if diagnostics.isEmpty, !isOptional { reportEmpty(source, &scope) }
            return nil
        }
        guard case .mapping = node.content else {
            scope.problems.error("'\(source.name)' must hold a map such as 'version: 1'", at: node.location)
            return nil
        }
        open.append(path)
        defer { open.removeLast() }
        return withIncludes(node, from: path, named: source.name, &scope)
    }

    private func reportEmpty(_ source: SourceText, _ scope: inout Scope) {
        scope.problems.error(
            "'\(source.name)' is empty", at: nil,
            help: "it needs at least 'version: 1' and 'machines:'; see 'devenv init'")
    }

    /// Lays a file over the files that it includes, the later over the earlier ones.
    private mutating func withIncludes(
        _ node: YAMLNode, from path: FilePath, named name: String, _ scope: inout Scope
    ) -> YAMLNode {
        guard let list = node["include"], !list.isNull,
            let includes = ValueType<String>.text.located.oneOrMore.decode(list, "include", &scope)
        else { return node }
        var base: YAMLNode?
        for include in includes {
            guard let layer = layer(include, from: path, named: name, &scope) else { continue }
            base = base.map { layer.merged(over: $0, &scope.problems) } ?? layer
        }
        guard let base else { return node }
        let result = node.merged(over: base, &scope.problems)
        if result.size > YAMLLimits.nodes {
            scope.problems.error("the included files have more than \(YAMLLimits.nodes) values", at: list.location)
            return node
        }
        return result
    }

    private mutating func layer(
        _ include: Located<String>, from path: FilePath, named name: String, _ scope: inout Scope
    ) -> YAMLNode? {
        let relative = FilePath(include.value)
        let target = path.removingLastComponent().pushing(relative).lexicallyNormalized()
        if let known = finished[target] { return known }
        guard !open.contains(target) else {
            scope.problems.error("'\(include.value)' includes itself", at: include.location)
            return nil
        }
        let display = FilePath(name).removingLastComponent().pushing(relative).lexicallyNormalized().string
        guard let source = Self.load(target, name: display, at: include.location, &scope),
            let node = tree(source, at: target, isOptional: true, &scope)
        else { return nil }
        finished[target] = node
        return node
    }
}
