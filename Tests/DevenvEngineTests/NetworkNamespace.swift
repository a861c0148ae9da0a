import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import DevenvEngine

/// A network namespace that stands for a machine: cards of its own, an `/etc` and a `/run` of its own, and programs that only
/// note what they are asked for.
struct NetworkNamespace: Sendable {
    let directory: TemporaryDirectory
    private let name: String

    /// Runs the body in one; afterwards it is removed.
    static func with(_ body: (NetworkNamespace) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let space = NetworkNamespace(
                directory: directory, name: "devenv-test-\(UInt32.random(in: .min ... .max))")
            try space.furnish()
            try await space.ip("netns", "add", space.name)
            let result: Result<Void, any Error>
            do { result = .success(try await body(space)) } catch { result = .failure(error) }
            try await space.ip("netns", "del", space.name)
            try result.get()
        }
    }

    /// The machine as it is before anybody looks after its networks: nobody waits in it.
    private func furnish() throws {
        try directory.write("127.0.0.1 localhost\n", to: "etc/hosts")
        try directory.write("", to: "run/empty")
        try install("sleep", "exit 0")
        let enter = """
            mount --bind \(directory.path)/etc /etc && mount --bind \(directory.path)/run /run || exit 99
            PATH=\(directory.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin
            exec /bin/sh "$@"
            """
        try directory.write(enter, to: "enter")
    }

    /// Puts a program into the machine, which notes its arguments in `log` and then does what the script says.
    func install(_ program: String, _ script: String) throws {
        let text = "#!/bin/sh\necho \(program) \"$@\" >>\(directory.path)/log\n\(script)\n"
        try directory.write(Array(text.utf8), to: "bin/\(program)", mode: .ownerReadWriteExecute)
    }

    /// What the programs were asked for since the last time.
    func takeLog() throws -> [String] {
        let lines = try directory.read("log")?.split(separator: "\n").map(String.init) ?? []
        try HostFiles.remove(directory.path.appending("log"))
        return lines
    }

    /// Plugs a card in.
    func addCard(_ card: String, _ mac: MACAddress) async throws {
        try await ip(
            "-n", name, "link", "add", card, "address", mac.description, "type", "veth", "peer", "name", "to-\(card)")
    }

    /// The addresses of a card.
    func addresses(of card: String) async throws -> [String] {
        try await ip("-n", name, "-o", "-4", "addr", "show", "dev", card).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.firstIndex(of: "inet").map { String(words[$0 + 1]) }
        }
    }

    /// Tells the machine of its networks.
    func tell(_ networks: GuestNetworks) async throws -> RemoteProgramOutcome {
        let output = LastOutput()
        let entrance = ["/bin/sh", directory.path.appending("enter").string]
        let ip = try #require(ToolPath.find("ip")).string
        let outcome = await networks.program.run(
            on: ProcessCommunicator(shell: [ip, "netns", "exec", name] + entrance), timeout: .seconds(60)
        ) { output.append($1) }
        #expect(output.lastLine == "", "the machine said something")
        return outcome
    }

    /// The permissions of a file of the machine.
    func mode(of file: String) async throws -> String {
        let call = ToolInvocation("stat", ["-c", "%a", directory.path.appending(file).string])
        return try await SystemToolRunner().run(call).text.filter { !$0.isNewline }
    }

    @discardableResult
    func ip(_ arguments: String...) async throws -> String {
        let outcome = try await SystemToolRunner().run(ToolInvocation("ip", arguments, timeout: .seconds(20)))
        try #require(outcome.status == 0, "ip \(arguments): \(outcome.complaint)")
        return outcome.text
    }
}
