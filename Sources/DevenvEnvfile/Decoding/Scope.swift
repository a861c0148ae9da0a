import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

/// What decoding a value may need to know, and where it reports to.
struct Scope {
    /// What was found wrong so far.
    var problems = Problems()
    /// What stands behind `${…}`.
    var values: Interpolation
    /// How many bytes the texts with `${…}` have come to so far.
    var interpolated = 0
    /// The secrets that are declared.
    var secretNames: Set<String> = []
    /// The keys that hold the options of a provider.
    let providerNames: [String]
    /// Where relative paths start.
    let directory: FilePath
    /// The files that there are.
    let files: ProjectFiles
    /// Whether `${…}` means nothing and is left as it stands.
    var isLiteral = false
    private var directories: [FilePath: Bool] = [:]

    /// Starts on a project.
    init(directory: FilePath, environment: [String: String], providerNames: [String], files: ProjectFiles = .host) {
        self.directory = directory
        self.files = files
        self.providerNames = providerNames
        values = Interpolation(environment: environment, projectDirectory: directory.string)
    }

    /// What a node says as a scalar.
    enum Reading {
        /// Its value and its text, interpolated; `isComputed` where that changed it.
        case scalar(YAMLScalar, isComputed: Bool)
        /// A list or a map.
        case collection
        /// Nothing, as an interpolation failed and has been reported.
        case failed
    }

    /// Reads a node as a scalar.
    mutating func read(_ node: YAMLNode) -> Reading {
        guard case .scalar(let scalar) = node.content else { return .collection }
        guard !isLiteral, scalar.text.utf8.contains(UInt8(ascii: "$")) else {
            return .scalar(scalar, isComputed: false)
        }
        guard let text = interpolate(scalar.text, of: node) else { return .failed }
        return .scalar(YAMLScalar(text, style: scalar.style), isComputed: text != scalar.text)
    }

    /// Reports that a value is not what its key takes.
    mutating func refuse(_ node: YAMLNode, _ label: String, _ expected: String, help: String? = nil) {
        problems.error("'\(label)' must be \(expected), not \(Self.describe(node))", at: node.location, help: help)
    }

    /// A path of the host: `~/` is the home directory, everything else relative starts at the project's directory.
    func hostPath(_ text: String) -> FilePath {
        if text == "~" || text.hasPrefix("~/"), let home = values.environment["HOME"], !home.isEmpty {
            return FilePath(home + text.dropFirst()).lexicallyNormalized()
        }
        return directory.pushing(FilePath(text)).lexicallyNormalized()
    }

    /// Whether there is a directory; asked once a path.
    mutating func isDirectory(_ path: FilePath) -> Bool {
        if let known = directories[path] { return known }
        let answer = files.isDirectory(path)
        directories[path] = answer
        return answer
    }

    private static func describe(_ node: YAMLNode) -> String {
        switch node.content {
        case .sequence: return "a list"
        case .mapping: return "a map"
        case .scalar(let scalar):
            if scalar.value == .null { return "nothing" }
            // ten thousand machines may have one long text in common, which is not to be read to its end for each
            let line = scalar.text.prefix(40).prefix { !$0.isNewline }
            return line.endIndex < scalar.text.endIndex ? "'\(line)…'" : "'\(line)'"
        }
    }
}
