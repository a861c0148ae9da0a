import DevenvHost
import DevenvPluginAPI
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What the end of a call is taken for: complaints as VBoxManage 7.2.22 wrote them.
struct ErrorTests {
    private func judge(_ call: VBoxCall = .machines, status: Int, _ error: String = "", output: String = "") -> Result<
        String, VBoxError
    > {
        VBoxVerdict.judge(
            call, ToolOutcome(status: status, standardOutput: Array(output.utf8), standardError: Array(error.utf8)))
    }

    private func failure(status: Int = 1, _ error: String) throws -> VBoxError {
        switch judge(status: status, error) {
        case .failure(let error): error
        case .success: throw Unexpected()
        }
    }

    private struct Unexpected: Error {}

    @Test func theCodeSaysWhatFailedWhateverTheWords() throws {
        let error = try failure(
            """
            VBoxManage: error: Could not find a registered machine named 'nosuchvm'
            VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap
            VBoxManage: error: Context: "FindMachine(Bstr(a->argv[0]).raw())" at line 893 of file VBoxManageModifyVM.cpp
            """)
        #expect(error.isMissing)
        #expect(error.message == "Could not find a registered machine named 'nosuchvm'")
        #expect(error.details.isEmpty)
    }

    @Test func progressIsNoPartOfAMessage() throws {
        let error = try failure(
            """
            0%...10%...VBOX_E_OBJECT_IN_USE
            VBoxManage: error: Machine delete failed
            VBoxManage: error: Cannot close medium '/tmp/h9/disks/master.vdi' because it has 1 child media
            VBoxManage: error: Details: code VBOX_E_OBJECT_IN_USE (0x80bb000c), component MediumWrap, interface IMedium
            """)
        #expect(error.isInUse)
        #expect(error.message == "Machine delete failed")
        #expect(error.details == ["Cannot close medium '/tmp/h9/disks/master.vdi' because it has 1 child media"])
        #expect(try judge(status: 0, "0%...10%...100%\n", output: "done").get() == "done")
    }

    @Test func ofAFloodOfUsageOnlyTheErrorIsKept() throws {
        let usage = (0..<400).map { "  VBoxManage modifyvm <uuid | vmname> [--option\($0)=x]" }.joined(separator: "\n")
        let error = try failure(
            status: 2,
            "Oracle VirtualBox Command Line Management Interface\n\nVBoxManage: error: Unknown option: --nosuchoption\n"
                + usage)
        #expect(error.message == "Unknown option: --nosuchoption")
        #expect(error.code == .refused)
        #expect(error.details.isEmpty)
    }

    @Test func aMessageWithoutWordsIsStillOne() throws {
        #expect(try failure("VBoxManage: error: ").message == "an argument can't be read")
        let bare = try failure("VBoxManage: error: Code E_ACCESSDENIED (0x80070005) - Access denied (extended info)")
        #expect(bare.code == .result(0x8007_0005))
        #expect(try failure(status: 3, "VBoxManage: fatal error: RTR3Init: VERR_NO_TRANSLATION").code == .refused)
    }

    @Test func aStatusOfZeroMayBeAFailure() {
        let outcome = judge(
            status: 0, "VBoxManage: error: Machine is not in a saved state (machine state: PoweredOff)\n")
        #expect(throws: VBoxError.self) { try outcome.get() }
        #expect(judge(status: 0, "VBoxManage: warning: Interface \"eth9\" doesn't seem to exist\n") == .success(""))
    }

    @Test func aStatusOfOneMayBeNone() throws {
        let machine = try #require(VMID("0123456789abcdef00000000000000bb"))
        let none = "This machine does not have any snapshots\n"
        #expect(judge(.snapshots(of: machine), status: 1, output: none) == .success(""))
        #expect(throws: VBoxError.self) { try judge(status: 1, output: none).get() }
    }

    @Test(arguments: [
        ("The machine 'c0' already has a lock request pending", "VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)", true),
        ("The machine 'c0' is already locked for a session", "VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)", true),
        ("Snapshot 's1' cannot be deleted, because it has 2 child", "VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)", false),
        (
            "Medium '/vms/a.vdi' is locked for reading by another task", "VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)",
            true
        ),
        ("The object is not ready", "E_ACCESSDENIED (0x80070005)", true),
        (
            "Failed to get a console object from the direct session (NS_ERROR_ABORT)", "NS_ERROR_ABORT (0x80004004)",
            true
        ),
        ("The object functionality is limited", "E_ACCESSDENIED (0x80070005)", false),
        ("The machine is not mutable (state is Saved)", "VBOX_E_INVALID_VM_STATE (0x80bb0002)", false),
    ])
    func onlyWhatPassesIsTriedAgain(message: String, code: String, isTransient: Bool) throws {
        let error = try failure(
            "VBoxManage: error: \(message)\nVBoxManage: error: Details: code \(code), component X\n")
        #expect(error.isTransient == isTransient)
    }

    @Test(arguments: [
        ("Machine 'c0' is not currently running", true),
        ("Failed to power off machine: The VM session was aborted", true),
        ("Failed to power off machine: Out of memory", false),
    ])
    func aMachineWhoseProcessHasEndedIsOff(message: String, isOff: Bool) throws {
        let error = try failure(
            "VBoxManage: error: \(message)\nVBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005)\n")
        #expect(error.isWrongState == isOff)
    }

    @Test func aMachineThatIsJustEndingIsAskedAgain() throws {
        let error = try failure(
            """
            VBoxManage: error: The object is not ready
            VBoxManage: error: The session is not locked (session state: Unlocked)
            VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component SessionMachine
            """)
        #expect(error.isTransient)
    }

    @Test(arguments: [
        "NS_ERROR_FACTORY_NOT_REGISTERED (0x80040154) - Class not registered (extended info)",
        "NS_ERROR_FAILURE (0x80004005) - Operation failed (extended info not available)",
    ]) func aServiceThatHasEndedIsAskedAgain(code: String) throws {
        let error = try failure(
            """
            VBoxManage: error: Failed to create the VirtualBox object!
            VBoxManage: error: Code \(code)
            VBoxManage: error: Most likely, the VirtualBox COM server is not running or failed to start.
            """)
        #expect(error.isTransient)
        #expect(error.message == "Failed to create the VirtualBox object")
    }

    @Test(arguments: [
        "VBoxManage: error: The virtual machine 'k' has terminated unexpectedly during startup with exit code 1 (0x1)",
        "VBoxManage: error: The VirtualBox support driver: VERR_VM_DRIVER_NOT_INSTALLED (rc=-1908)",
        "VBoxManage: error: Driverless mode (VERR_SUP_DRIVERLESS)",
    ])
    func aMissingKernelModuleIsNamedWithItsCure(complaint: String) throws {
        let text =
            complaint + "\nVBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005), component MachineWrap\n"
        let error = try failure(text).providerError("starting the machine 'web'")
        #expect(error.message.hasPrefix("starting the machine 'web': "))
        #expect(error.message.contains("vboxdrv"))
        #expect(error.help?.contains("modprobe vboxdrv") == true)
    }

    @Test func ofAFullDiskItsFileSystemAndItsRoomAreNamed() async throws {
        let runner = ScriptedRunner { _ in
            .complaint(
                """
                0%...10%...
                VBoxManage: error: Failed to clone medium
                VBoxManage: error: Could not create the clone medium '/proc/none/disk0.vdi'
                VBoxManage: error: VD: error VERR_DISK_FULL opening it
                VBoxManage: error: Details: code VBOX_E_FILE_ERROR (0x80bb0004), component MediumWrap
                """)
        }
        let error = await #expect(throws: VBoxError.self) { try await VBoxManage(tools: runner).run(.machines) }
        let full = error?.providerError("making 'web'")
        #expect(full?.code == .diskFull)
        #expect(full?.message == "making 'web': no space is left in '/proc' (0 B free): Failed to clone medium")
        #expect(full?.help?.contains("free some space there") == true)
    }

    @Test func whatFailsForAnotherReasonIsNoFullDisk() {
        let words = "Could not open '/proc/none/disk0.vdi'"
        #expect(FullDisk(VBoxError(.refused, words), data: "/proc") == nil, "nothing says that it was written")
        #expect(FullDisk(VBoxError(.result(0x80BB_0004), words), data: "/proc")?.directory == "/proc")
        #expect(FullDisk(VBoxError(.result(0x80BB_0004), "Could not open '/tmp/x'"), data: "/tmp") == nil)
    }

    @Test func whatTheUserCanMendIsSaid() {
        let missing = VBoxError(.missing, "'VBoxManage' is not installed").providerError("starting 'web'")
        #expect(missing.code == .toolMissing)
        #expect(VBoxError(.cancelled, "x").providerError("making 'web'").code == .cancelled)
        #expect(VBoxError(.timedOut, "x").providerError("making 'web'").code == .timedOut)
        let adapter = VBoxError(.refused, "failed to open /dev/vboxnetctl").providerError("making 'web'")
        #expect(adapter.help == "modprobe vboxnetadp")
    }
}
