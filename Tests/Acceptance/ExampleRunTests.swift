import DevenvTestSupport
import Testing

/// The examples, brought up for real. One after the other: a subnet that an Envfile names can't be in two places of a host.
@Suite(.serialized)
struct ExampleRunTests {
    @Suite(.requiresRoot, .requires(tool: "mmdebstrap", "runc", "ssh", "rsync", "curl"), .serialized)
    struct OnContainers {
        @Test func theQuickstartShowsARowOfItsDatabase() async throws {
            try await ExampleRun.onContainers("quickstart") { try await $0.showsARowOfItsDatabase() }
        }

        @Test func theSingleMachineSaysWhatItsScriptWasGiven() async throws {
            try await ExampleRun.onContainers("single") { try await $0.saysWhatItsScriptWasGiven() }
        }

        @Test func theTeamsBoxIsTheSameEachTimeAndServesItsPages() async throws {
            try await ExampleRun.onContainers("team-box") { try await $0.servesWhatItsBoxHolds() }
        }

        @Test func theNodesOfTheClusterKnowEachOther() async throws {
            try await ExampleRun.onContainers("cluster") { try await $0.machinesKnowEachOther() }
        }
    }

    /// The same Envfiles, unchanged, as virtual machines with a whole Debian in them.
    @Suite(
        .tags(.large), .requiresRoot, .requiresLibvirt,
        .requires(tool: "mmdebstrap", "qemu-img", "xorriso", "ssh", "rsync", "curl"), .serialized)
    struct OnVirtualMachines {
        @Test func theQuickstartShowsARowOfItsDatabase() async throws {
            try await ExampleRun.onVirtualMachines("quickstart") { try await $0.showsARowOfItsDatabase() }
        }

        @Test func theNodesOfTheClusterKnowEachOther() async throws {
            try await ExampleRun.onVirtualMachines("cluster") { try await $0.machinesKnowEachOther() }
        }
    }
}
