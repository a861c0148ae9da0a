import DevenvHost
import DevenvPluginAPI
import SystemPackage
import Testing

@testable import VirtualBoxProvider

/// What `doctor` says, and what a choice of providers goes by.
struct CheckTests {
    private func findings(_ answer: ScriptedRunner.Answer) async -> (findings: [Finding], calls: Int) {
        let runner = ScriptedRunner { _ in answer }
        let provider = VirtualBoxProvider(
            directories: HostDirectories(data: "/nowhere", runtime: "/nowhere/run"), environment: [:], tools: runner)
        _ = await provider.check()
        return (await provider.check(), await runner.invocations.count)
    }

    @Test func whereItIsInstalledItsReleaseIsNamedAndAskedForOnce() async {
        let (findings, calls) = await findings(.output("7.0.20r163906\n"))
        #expect(findings.first == Finding(.fine, "VirtualBox 7.0.20"))
        #expect(!findings.contains { $0.severity == .problem })
        #expect(calls == 1)
    }

    @Test func whereItIsMissingItCantBeUsedAndTheCureIsNamed() async {
        let finding = await findings(.missing).findings.first
        #expect(finding?.severity == .problem)
        #expect(finding?.cure?.contains("install VirtualBox 6.1") == true)
    }

    @Test(arguments: ["6.0.24r139119", "a text"]) func whatIsTooOldOrNoneCantBeUsed(text: String) async {
        let found = await findings(.output(text))
        #expect(found.findings.map(\.severity) == [.problem])
        #expect(found.calls == 2, "what failed is tried anew")
        #expect(
            found.findings.first?.message.contains("version: VirtualBox 6.0.24 is older than 6.1")
                == text.hasPrefix("6"))
        #expect((found.findings.first?.cure?.contains("install VirtualBox 6.1") == true) == text.hasPrefix("6"))
    }

    @Test func aModuleThatDoesNotFitIsNamedWhereVirtualBoxWarnsOfIt() async {
        // as VBoxManage writes before anything else where vboxdrv is not loaded
        let warning = "WARNING: The character device /dev/vboxdrv does not exist.\n"
        let findings = await findings(.output(warning + "7.0.20r163906\n")).findings
        #expect(findings.first == Finding(.fine, "VirtualBox 7.0.20"))
    }
}
