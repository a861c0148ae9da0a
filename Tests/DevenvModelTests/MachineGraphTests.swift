import DevenvDiagnostics
import DevenvModel
import SystemPackage
import Testing

@Suite struct MachineGraphTests {
    @Test func machinesComeAfterWhatTheyWaitForAndOtherwiseInTheirOrder() throws {
        let graph = build([("web", ["db", "cache"]), ("db", []), ("mail", []), ("cache", ["db"])]).graph
        #expect(graph?.machines.map(\.name.value.rawValue) == ["db", "cache", "web", "mail"])
        let web = MachineName(unchecked: "web")
        #expect(graph?.edges[web]?.map(\.target.rawValue) == ["db", "cache"])
        #expect(graph?[web]?.name.value == web)
        #expect(graph?[MachineName(unchecked: "none")] == nil)
    }

    @Test func aCycleIsPrintedWhole() throws {
        let result = build([("a", ["b"]), ("b", ["c"]), ("c", ["b"])])
        #expect(result.graph == nil)
        #expect(result.diagnostics.map(\.message) == ["the machines wait for each other: b -> c -> b"])
        #expect(result.diagnostics[0].notes.map(\.message) == ["'b' waits for 'c' here", "'c' waits for 'b' here"])
    }

    @Test func unknownAndOwnNamesAreReported() {
        let result = build([("web", ["bd", "web"]), ("db", [])])
        #expect(result.graph == nil)
        #expect(
            result.diagnostics.map(\.message) == [
                "machine 'web' depends on 'bd', which is no machine", "machine 'web' depends on itself",
            ])
        #expect(result.diagnostics[0].help == "did you mean 'db'?")
    }

    @Test func aFamilyNameMeansAllOfThem() {
        var machines = (1...3).map { index in
            MachineSpec(name: Located(MachineName(unchecked: "web-\(index)")), family: "web", index: index)
        }
        machines.append(spec("proxy", ["web"]))
        machines.append(spec("one", ["web-2"]))
        let graph = build(machines).graph
        #expect(graph?.edges[MachineName(unchecked: "proxy")]?.count == 3)
        #expect(graph?.edges[MachineName(unchecked: "one")]?.map(\.target.rawValue) == ["web-2"])
    }

    @Test func aLongChainNeedsNoDeepStack() {
        let names = (0..<20_000).map { "m\($0)" }
        let machines = names.enumerated().map { spec($1, $0 + 1 < names.count ? [names[$0 + 1]] : []) }
        let graph = build(machines).graph
        #expect(graph?.machines.first?.name.value.rawValue == "m19999")
        #expect(graph?.machines.count == 20_000)
    }

    private func spec(_ name: String, _ dependencies: [String]) -> MachineSpec {
        var machine = MachineSpec(name: Located(MachineName(unchecked: name)))
        machine.dependencies = dependencies.map { Dependency(on: Located($0), .provisioned) }
        return machine
    }

    private func build(_ machines: [(String, [String])]) -> (graph: MachineGraph?, diagnostics: [Diagnostic]) {
        build(machines.map { spec($0, $1) })
    }

    private func build(_ machines: [MachineSpec]) -> (graph: MachineGraph?, diagnostics: [Diagnostic]) {
        var envfile = Envfile(path: "/srv/Envfile", name: ProjectName(unchecked: "shop"))
        envfile.machines = machines
        var diagnostics: [Diagnostic] = []
        return (MachineGraph.build(envfile, reporting: &diagnostics), diagnostics)
    }
}
