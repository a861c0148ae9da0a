import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import Testing

@testable import VirtualBoxProvider

/// The `virtualbox:` block.
struct OptionTests {
    private func read(_ entries: KeyValuePairs<String, OptionTree.Value>) -> (
        options: VirtualBoxOptions, mistakes: [String]
    ) {
        let map = entries.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        let found = VirtualBoxOptions.read(OptionTree(.map(map)))
        return (found.options, found.diagnostics.map(\.message))
    }

    private func list(_ items: OptionTree.Value...) -> OptionTree.Value { .list(items.map { OptionTree($0) }) }

    @Test func withoutOptionsAMachineIsALinkedCloneThatNobodySees() {
        let (options, diagnostics) = VirtualBoxOptions.read(nil)
        #expect(diagnostics.isEmpty)
        #expect(options == VirtualBoxOptions())
        #expect(options.isLinkedClone)
        #expect(!options.showsWindow)
    }

    @Test func everyOptionIsRead() {
        let (options, mistakes) = read([
            "networks": .string("host_only"),
            "bridges": list(
                .string("eth0"),
                .map([
                    OptionTree.Entry(key: Located("interface"), value: OptionTree(.string("br0"))),
                    OptionTree.Entry(key: Located("mac"), value: OptionTree(.string("02:00:00:00:00:10"))),
                ])),
            "linked_clone": .boolean(false), "gui": .boolean(true), "nic_type": .string("virtio"),
            "firmware": .string("uefi"), "paravirtualization": .string("kvm"), "nested": .boolean(true),
            "graphics": .string("vmsvga"), "video_memory": .integer(32),
            "disks": list(
                .string("10GiB"),
                .map([
                    OptionTree.Entry(key: Located("size"), value: OptionTree(.string("64MiB"))),
                    OptionTree.Entry(key: Located("name"), value: OptionTree(.string("data"))),
                ])),
            "customize": list(list(.string("modifyvm"), .string(":id"), .string("--cpu-execution-cap"), .integer(50))),
        ])
        #expect(mistakes.isEmpty)
        #expect(!options.isLinkedClone)
        #expect(options.showsWindow)
        #expect(options.networks == .hostOnly)
        #expect(options.bridges.map(\.description) == ["eth0", "br0 02:00:00:00:00:10"])
        #expect(options.cardModel == .virtio)
        #expect(options.firmware == .uefi)
        #expect(options.paravirtualisation == .kvm)
        #expect(options.isNested == true)
        #expect(options.graphics == .vmsvga)
        #expect(options.videoMemory == 32)
        #expect(options.disks.map(\.description) == ["disk-1 10 GiB", "data 64 MiB"])
        #expect(options.customizations.map(\.description) == ["pre_boot: modifyvm :id --cpu-execution-cap 50"])
        #expect(Set(options.settings.map(\.key)).count == options.settings.count)
    }

    @Test func disksThatCannotBeAreRefused() {
        func map(_ name: String, _ size: String?) -> OptionTree.Value {
            let keys = size.map { [OptionTree.Entry(key: Located("size"), value: OptionTree(.string($0)))] } ?? []
            return .map(keys + [OptionTree.Entry(key: Located("name"), value: OptionTree(.string(name)))])
        }
        let found = read([
            "disks": list(
                .integer(10), .string("1KiB"), map("../x", "1GiB"), map("data", nil), map("data", "1GiB"),
                map("DATA", "1GiB"))
        ])
        #expect(found.options.disks.map(\.name) == ["data"])
        #expect(found.mistakes.count == 5, "\(found.mistakes)")
        #expect(found.mistakes.contains("two disks are called 'DATA'"))
        #expect(found.mistakes.contains { $0.hasPrefix("'../x' is no name of a disk") })
        #expect(read(["disks": .string("1GiB")]).mistakes == ["'disks' must be a list of sizes, not a text"])
    }

    @Test(arguments: [
        "pre_import": "no box is imported", "pre-import": "write pre_boot", "post-comm": "write post_comm",
        "pre-boot": "write pre_boot",
    ])
    func eventsOfVagrantsThatThereAreNotAreExplained(name: String, help: String) {
        let events = OptionTree.Value.map([OptionTree.Entry(key: Located(name), value: OptionTree(list()))])
        let map = OptionTree.Value.map([OptionTree.Entry(key: Located("customize"), value: OptionTree(events))])
        let found = VirtualBoxOptions.read(OptionTree(map)).diagnostics
        #expect(found.count == 1)
        #expect(found.first?.help?.contains(help) == true)
    }

    @Test(arguments: Customization.Event.allCases)
    func customCallsAreMadeOfTheMachineAtTheirEvent(event: Customization.Event) throws {
        let call = list(.string("setextradata"), .string(":id"), .string("a"), .boolean(true))
        let events = OptionTree.Value.map([
            OptionTree.Entry(key: Located(event.rawValue), value: OptionTree(list(call)))
        ])
        let machine = try #require(VMID("0123456789abcdef00000000000000bb"))
        let custom = try #require(read(["customize": events]).options.customizations.first)
        #expect(custom.event == event)
        #expect(custom.call(for: machine).arguments == ["setextradata", machine.description, "a", "true"])
    }

    @Test func mistakesAreAllReported() {
        let mistakes = read([
            "gui": .string("yes"), "nic_type": .string("e1000"), "memmory": .integer(1), "video_memory": .integer(0),
            "customize": list(
                .string("modifyvm"), list(.string("modifyvm"), .string("web")), list(.string(":id"), .null)),
        ]).mistakes
        #expect(mistakes.count == 7)
        #expect(mistakes.contains("'gui' must be true or false, not a text"))
        #expect(mistakes.contains { $0.hasPrefix("'e1000' is no value for 'nic_type'; it takes Am79C970A") })
        #expect(mistakes.contains("the virtualbox options have no key 'memmory'"))
        #expect(mistakes.contains { $0.contains("none of its arguments is ':id'") })
    }

    @Test(arguments: [
        (OptionTree.Value.string("eth0"), "'bridges' must be a list"),
        (.list([OptionTree(.integer(1))]), "each item of 'bridges' must be a network interface"),
        (.list([OptionTree(.string("a/b"))]), "'a/b' is no name of a network interface"),
        (.list([OptionTree(.map([]))]), "a bridge needs an 'interface'"),
    ])
    func aBridgeThatIsNoneIsRefused(_ bridges: OptionTree.Value, _ message: String) {
        let mistakes = read(["bridges": bridges]).mistakes
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.hasPrefix(message) == true)
    }

    @Test func anUnknownEventIsRefused() {
        let events = OptionTree.Value.map([OptionTree.Entry(key: Located("pre-boot"), value: OptionTree(list()))])
        #expect(read(["customize": events]).mistakes.first?.hasPrefix("'customize' has no event 'pre-boot'") == true)
        #expect(read(["customize": .string("x")]).mistakes.count == 1)
    }
}
