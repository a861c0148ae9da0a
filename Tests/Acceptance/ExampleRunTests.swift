import DevenvTestSupport
import Testing

/// The examples, brought up for real.
@Suite(.requiresRoot, .requires(tool: "mmdebstrap", "runc", "ssh", "rsync", "curl"), .serialized)
struct ExampleRunTests {
    @Test func theQuickstartShowsARowOfItsDatabase() async throws {
        try await ExampleRun.onContainers("quickstart") { try await $0.showsARowOfItsDatabase() }
    }

    @Test func theSingleMachineSaysWhatItsScriptWasGiven() async throws {
        try await ExampleRun.onContainers("single") { try await $0.saysWhatItsScriptWasGiven() }
    }

    @Test func theNodesOfTheClusterKnowEachOther() async throws {
        try await ExampleRun.onContainers("cluster") { try await $0.machinesKnowEachOther() }
    }
}

/// The same Envfiles, unchanged, as virtual machines with a whole Debian in them.
@Suite(
    .tags(.large), .requiresRoot, .requiresLibvirt,
    .requires(tool: "mmdebstrap", "qemu-img", "xorriso", "ssh", "rsync", "curl"), .serialized)
struct VirtualExampleRunTests {
    @Test func theQuickstartShowsARowOfItsDatabase() async throws {
        try await ExampleRun.onVirtualMachines("quickstart") { try await $0.showsARowOfItsDatabase() }
    }

    @Test func theNodesOfTheClusterKnowEachOther() async throws {
        try await ExampleRun.onVirtualMachines("cluster") { try await $0.machinesKnowEachOther() }
    }
}
