import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Testing

@testable import DevenvEngine

/// Which provider makes a machine that names none.
struct ProviderChoiceTests {
    private static let providers = [
        MemoryProvider("trees", features: ProviderFeatures(boxFormats: [.directories])),
        MemoryProvider("disks", features: ProviderFeatures(boxFormats: [.qcow2])),
    ]

    private func chosen(_ names: [String] = [], stored formats: Set<BoxImage.Format>) async throws -> String {
        var machine = MachineSpec(name: Located(MachineName(unchecked: "web")))
        machine.providers = names.map { Located(ProviderName(unchecked: $0)) }
        let choice = ProviderChoice(Self.providers, wish: nil) { _, suited in !formats.isDisjoint(with: suited) }
        return try await choice.provider(for: machine, recorded: nil).name.rawValue
    }

    @Test func theOneThatTheBoxIsThereForComesFirst() async throws {
        #expect(try await chosen(stored: [.qcow2]) == "disks")
        #expect(try await chosen(stored: [.qcow2, .directories]) == "trees")
    }

    @Test func whereTheBoxIsThereForNoneTheFirstIsTaken() async throws {
        #expect(try await chosen(stored: []) == "trees")
        #expect(try await chosen(stored: [.ovf]) == "trees")
    }

    @Test func whatTheEnvfilePrefersIsNotOverruled() async throws {
        #expect(try await chosen(["trees", "disks"], stored: [.qcow2]) == "trees")
    }
}
