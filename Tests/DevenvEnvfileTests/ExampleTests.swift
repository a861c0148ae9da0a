import DevenvDiagnostics
import DevenvEnvfile
import DevenvHost
import DevenvModel
import SystemPackage
import Testing

/// The projects in `Envfiles/`, as they are.
@Suite struct ExampleTests {
    static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("Envfiles")
    static let names = (try? HostFiles.list(folder)) ?? []  // `theKnownExamplesAreThere` fails then

    @Test func theKnownExamplesAreThere() {
        #expect(Set(Self.names).isSuperset(of: ["quickstart", "single", "cluster", "team-box"]))
    }

    @Test(arguments: names) func anExampleHasNothingWrongAndIsExplained(name: String) throws {
        let example = Self.folder.appending(name)
        let result = EnvfileLoader.load(
            example.appending("Envfile"), environment: [:], addresses: AddressBook())
        #expect(result.diagnostics.map(\.message) == [])
        #expect(result.graph?.envfile.name.rawValue == name)
        #expect(HostFiles.exists(example.appending("README.md")))
    }

    @Test func theTeamsBoxIsDefinedForContainersAndVirtualMachines() throws {
        let path = Self.folder.appending("team-box/boxes/web.yaml")
        let result = BoxDefinitionLoader.load(path, displayName: "web.yaml")
        #expect(result.diagnostics.map(\.message) == [])
        let definition = try #require(result.definition)
        #expect(definition.name == "team/web")
        #expect(definition.providers.map(\.value.rawValue) == ["container", "libvirt"])
    }

    @Test func theQuickstartsWebServerWaitsForItsDatabase() throws {
        let path = Self.folder.appending("quickstart/Envfile")
        let graph = try #require(EnvfileLoader.load(path, environment: [:], addresses: AddressBook()).graph)
        #expect(graph.machines.map(\.name.value.rawValue) == ["db", "web"])
        let edge = try #require(graph.edges[MachineName(unchecked: "web")]?.first)
        #expect(edge == MachineGraph.Edge(MachineName(unchecked: "db"), .ready))
    }

    @Test func theClustersNodesAreAlike() throws {
        let path = Self.folder.appending("cluster/Envfile")
        let graph = try #require(EnvfileLoader.load(path, environment: [:], addresses: AddressBook()).graph)
        #expect(graph.machines.map(\.name.value.rawValue) == ["node-1", "node-2", "node-3"])
    }
}
