import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What machines say of themselves in VirtualBox's extra data, without VirtualBox.
struct OwnershipMarkTests {
    private let web = MachineIdentity(
        project: ProjectID(unchecked: "1f2e3d4c5b6a7988"), machine: MachineID(unchecked: "0a1b2c3d4e5f6071"),
        projectName: ProjectName(unchecked: "shop"), name: MachineName(unchecked: "web"))

    @Test func itNamesTheMachineForPeopleAndItsIds() throws {
        let mark = OwnershipMark(web)
        #expect(mark.text == "shop/web 1f2e3d4c5b6a7988/0a1b2c3d4e5f6071")
        #expect(mark.machine == web.vm)
        let id = try #require(web.vm)
        #expect(mark.call(for: id).arguments == ["setextradata", id.description, "devenv", mark.text])
        #expect(mark.call(for: id).effect == .change)
    }

    @Test func thatOfAMasterNamesItsBoxAndNoMachine() {
        #expect(OwnershipMark(masterOf: "sha256:ab").text == "box sha256:ab")
        #expect(OwnershipMark(masterOf: "sha256:ab").machine == nil)
    }

    @Test(arguments: [
        (
            "<ExtraDataItem name=\"other\" value=\"x\"/><ExtraDataItem name=\"devenv\" value=\"a &quot;b&quot;\"/>",
            "a \"b\""
        ),
        ("<ExtraDataItem name=\"other\" value=\"x\"/>", nil), ("", nil), ("<broken", nil),
    ])
    func itIsReadFromTheSettings(_ items: String, _ expected: String?) async throws {
        try await TemporaryDirectory.with { directory in
            let text = """
                <?xml version="1.0"?>
                <VirtualBox xmlns="http://www.virtualbox.org/" version="1.19-linux">
                  <Machine uuid="{1f2e3d4c-5b6a-7988-0a1b-2c3d4e5f6071}" name="web">
                    <ExtraData>\(items)</ExtraData>
                    <Snapshot><ExtraData><ExtraDataItem name="devenv" value="another"/></ExtraData></Snapshot>
                  </Machine>
                </VirtualBox>
                """
            let file = try directory.write(text, to: "web.vbox")
            #expect(OwnershipMark(settings: file)?.text == expected)
            #expect(OwnershipMark(settings: directory.path.appending("missing.vbox")) == nil)
        }
    }
}
