import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel

/// What must hold whatever bytes are read as an Envfile: of the diagnostics, of the tree of each file, of the machines. The fuzz
/// target and the tests of its corpus ask the same.
package enum EnvfileInvariants {
    /// Everything that does not hold, in words; that this comes back at all, within time and memory, is a part of it. Reading
    /// more than once, and comparing all that comes of it, takes several times as long as all the rest.
    package static func violations(of bytes: [UInt8], readingAgain: Bool = true) -> [String] {
        let project = MemoryProject(bytes)
        let result = project.load()
        let texts = project.sources.map(TextExtent.init)
        var found = texts.flatMap { TreeInvariants.violations(of: $0) }
        found += DiagnosticInvariants.violations(of: result.diagnostics, in: texts)
        let ofProviders = ProviderOptions.diagnostics(of: result.envfile?.machines ?? [])
        found += DiagnosticInvariants.violations(of: ofProviders, in: texts)
        if readingAgain { found += repetitions(of: result, in: project) }
        if (result.graph == nil) != result.diagnostics.hasErrors {
            found.append("neither a graph nor an error, or both")
        }
        if let graph = result.graph { found += GraphInvariants.violations(of: graph) }
        return found
    }

    /// The whole of what came of some bytes as a text that is the same in every process.
    package static func outline(of bytes: [UInt8]) -> String { outline(of: MemoryProject(bytes).load()) }

    private static func repetitions(of result: EnvfileLoader.Result, in project: MemoryProject) -> [String] {
        let outline = outline(of: result)
        var found: [String] = []
        if Self.outline(of: project.load()) != outline { found.append("the second reading differs from the first") }
        // what was given out is kept, and changes nothing from then on
        if result.graph != nil, Self.outline(of: project.load(addresses: result.addresses)) != outline {
            found.append("reading with the addresses given out differs")
        }
        return found
    }

    private static func outline(of result: EnvfileLoader.Result) -> String {
        let machines = result.graph?.machines ?? result.envfile?.machines ?? []
        var shortened = result.envfile
        shortened?.machines = []
        // the first of thousands of machines stand for the others
        return DiagnosticRenderer().render(result.diagnostics) + ValueOutline.text(of: shortened as Any)
            + machines.prefix(10).map { ValueOutline.text(of: $0) }.joined(separator: "\n")
            + machines.map(\.name.value.rawValue).joined(separator: " ")
    }
}
