import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import SystemPackage
import Testing

@testable import DevenvSync

struct RsyncCallTests {
    private let endpoint = SSHEndpoint(
        host: "10.60.0.10", port: 2222, user: "dev", identityFile: "/p/.devenv/key", knownHostsFile: "/p/.devenv/known",
        hostKeyAlias: "web", hostKey: "ssh-ed25519 AAAA")

    @Test func theWholeCommandLine() {
        let folder = SyncedFolder(source: Located("/p/src"), target: GuestPath("/srv/app"), exclude: ["*.log"])
        let receiver = RsyncCall.Receiver(usesSudo: true, isPrivileged: true, owner: "dev", group: "staff")
        let call = RsyncCall(folder: folder, endpoint: endpoint, receiver: receiver).invocation
        #expect(call.tool == "rsync")
        #expect(
            call.arguments == [
                "-rlpt", "--modify-window=-1", "--secluded-args", "--timeout=120", "--stats", "--no-human-readable",
                "--out-format=%i", "--exclude=.devenv/", "--exclude=*.log", "--delete", "-og", "--chown=dev:staff",
                "--rsync-path=sudo -n rsync", "--rsh=\(SSHClientCommand(endpoint).rsyncText)", "--", "/p/src/",
                "dev@10.60.0.10:/srv/app/",
            ])
    }

    @Test func aUserWithoutRightsKeepsWhatIsHisAndDeletesNothingUnlessAsked() {
        let folder = SyncedFolder(
            source: Located("/p/"), target: GuestPath("/srv/"), delete: false, arguments: ["--checksum"])
        let receiver = RsyncCall.Receiver(usesSudo: false, isPrivileged: false, owner: "dev", group: "dev")
        let arguments = RsyncCall(folder: folder, endpoint: endpoint, receiver: receiver).invocation.arguments
        #expect(!arguments.contains { $0 == "--delete" || $0.hasPrefix("--chown") || $0.hasPrefix("--rsync-path") })
        #expect(arguments.suffix(4) == ["--checksum", "--", "/p/", "dev@10.60.0.10:/srv/"])
    }

    @Test func anIPv6AddressIsBracketed() {
        let endpoint = SSHEndpoint(
            host: "fd00::10", port: 22, user: "dev", identityFile: "/k", knownHostsFile: "/h", hostKeyAlias: "web",
            hostKey: "x")
        let folder = SyncedFolder(source: Located("/p"), target: GuestPath("/srv"))
        let receiver = RsyncCall.Receiver(usesSudo: false, isPrivileged: true, owner: "dev", group: "dev")
        let call = RsyncCall(folder: folder, endpoint: endpoint, receiver: receiver).invocation
        #expect(call.arguments.last == "dev@[fd00::10]:/srv/")
    }

    @Test func sshTakesNothingFromTheUserAndNeverGuesses() {
        let words = SSHClientCommand(endpoint).words
        #expect(words.prefix(5) == ["ssh", "-F", "/dev/null", "-p", "2222"])
        for option in [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "HostKeyAlias=web", "UserKnownHostsFile=/p/.devenv/known",
            "IdentitiesOnly=yes", "IdentityFile=/p/.devenv/key",
        ] {
            #expect(words.contains(option))
        }
        #expect(words.contains { $0.hasPrefix("KexAlgorithms=curve25519-sha256,") })
    }

    @Test(arguments: [
        ("/plain/key", "IdentityFile=/plain/key"), ("/a b/100%/key", "'IdentityFile=\"/a b/100%%/key\"'"),
        ("/it's/key", "'IdentityFile=\"/it''s/key\"'"),
    ])
    func pathsAreQuotedForSSHAndThenForRsync(_ path: String, _ word: String) {
        let endpoint = SSHEndpoint(
            host: "h", port: 22, user: "u", identityFile: FilePath(path), knownHostsFile: "/h", hostKeyAlias: "a",
            hostKey: "x")
        #expect(SSHClientCommand(endpoint).rsyncText.contains("-o \(word) "))
    }

    @Test func aReportIsCounted() {
        let text = "cd+++++++++\n<f+++++++++\n<f.st......\n*deleting  \n.d..t......\n\nLiteral data: 1,234 bytes\n"
        #expect(RsyncReport.summary(of: Array(text.utf8)) == SyncSummary(changedFiles: 3, sentBytes: 1234))
        #expect(RsyncReport.summary(of: []) == SyncSummary(changedFiles: 0, sentBytes: 0))
    }

    @Test(arguments: [(0, false), (24, false), (1, true), (11, true), (12, true), (23, true), (30, true), (255, true)])
    func statusesThatAreFailures(_ status: Int, _ isFailure: Bool) {
        #expect((RsyncReport.failure(ToolOutcome(status: status), "syncing") != nil) == isFailure)
    }
}
