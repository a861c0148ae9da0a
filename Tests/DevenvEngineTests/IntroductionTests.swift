import DevenvEngine
import DevenvHost
import DevenvPluginAPI
import DevenvSSH
import DevenvState
import DevenvTestSupport
import Testing

/// Machines whose boxes let in a well-known key, taken over over real SSH.
@Suite(
    .requiresRoot,
    .requires(tool: "runc", "ip", "nft", "nsenter", "catatonit", "mmdebstrap", "ssh", "ssh-keygen", "qemu-img"))
struct IntroductionTests {
    @Test func theFirstLoginMakesTheMachineOurs() async throws {
        try await KnownKeyRig.with { rig in
            let report = try await rig.up()
            #expect(report.failures.isEmpty, "\(report.failures)")
            #expect(try rig.store.machine(KnownKeyRig.web)?.isIntroduced == true)
            // our key and our host key, which is enforced
            #expect(try await rig.say("id -un") == "dev\n")
            // a container may not change the kernel's name for it, only the file
            #expect(try await rig.say("cat /etc/hostname") == "web.test\n")
            let hosts = try await rig.say("getent hosts web web.test; grep -c devenv /etc/hosts; stat -c %a /etc/hosts")
            #expect(hosts.split(separator: "\n").suffix(2) == ["2", "644"], "\(hosts)")
            #expect(hosts.contains("web.test"))
            #expect(try await rig.say("ls /etc/ssh/ssh_host_*_key") == "/etc/ssh/ssh_host_ed25519_key\n")
            #expect(
                try await rig.say("wc -l <~/.ssh/authorized_keys; stat -c '%a %U' ~/.ssh/authorized_keys")
                    == "1\n600 dev\n")
            #expect(await isLetInByBoxKey(rig) == false)
            // where the box had let it in as well
            #expect(await isLetInByBoxKey(rig, as: "root") == false)
            #expect(try await rig.up().finished.isEmpty)
        }
    }

    @Test func aMachineThatWasTakenOverBeforeTheCrashIsKnownByOurKey() async throws {
        try await KnownKeyRig.with { rig in
            try await rig.comeUp()
            try rig.change {
                $0.isIntroduced = false
                $0.answeredStart = nil
            }
            let report = try await rig.up()
            #expect(report.failures.isEmpty, "\(report.failures)")
            #expect(report.finished.map(\.description) == ["web: connect"])
            #expect(try rig.store.machine(KnownKeyRig.web)?.isIntroduced == true)
        }
    }

    @Test func aTakeoverThatWasCutOffBeforeTheKeysIsCompleted() async throws {
        try await KnownKeyRig.with { rig in
            try await rig.comeUp()
            let known = rig.boxKeys.access.authorizedKeys[0]
            _ = try await rig.say("echo \(ShellWord.quote(known)) >~/.ssh/authorized_keys")
            try rig.change {
                $0.isIntroduced = false
                $0.answeredStart = nil
            }
            let report = try await rig.up()
            #expect(report.failures.isEmpty, "\(report.failures)")
            #expect(try await rig.say("id -un") == "dev\n")
            #expect(await isLetInByBoxKey(rig) == false)
        }
    }

    @Test func aMachineThatLetsInNeitherKeyIsAnErrorWithTheCure() async throws {
        try await KnownKeyRig.with { rig in
            try await rig.comeUp()
            _ = try await rig.say("echo >~/.ssh/authorized_keys; sudo rm -f /root/.ssh/authorized_keys")
            try rig.change {
                $0.isIntroduced = false
                $0.answeredStart = nil
            }
            let failure = try #require(try await rig.up().failures.first)
            #expect(
                failure.message.hasPrefix("machine 'web' lets in neither its own key nor the one of its box 'foreign'"))
            #expect(failure.help?.contains("devenv destroy web") == true)
        }
    }

    /// Whether the key that everybody has still opens the machine.
    private func isLetInByBoxKey(_ rig: KnownKeyRig, as user: String? = nil) async -> Bool {
        do {
            let own = try await rig.engine.endpoint(of: KnownKeyRig.web)
            let endpoint = SSHEndpoint(
                host: own.host, port: own.port, user: user ?? own.user, identityFile: rig.boxKeys.identityFile,
                knownHostsFile: own.knownHostsFile, hostKeyAlias: own.hostKeyAlias, hostKey: nil)
            try await FirstLogin(endpoint, runner: SystemToolRunner()).waitUntilReady(timeout: .seconds(30))
            return true
        } catch {
            #expect((error as? CommunicatorError)?.code == .authentication, "\(error)")
            return false
        }
    }
}
