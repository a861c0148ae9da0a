import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// Tries the `ready` checks of a machine until they hold.
struct ReadyProber: Sendable {
    /// The machine's address.
    let address: String
    let communicator: any Communicator
    let runner: any ToolRunner

    /// Returns once the check holds; the error says what the last try came to.
    func wait(for check: ReadyCheck, of machine: MachineName) async throws {
        let deadline = ContinuousClock.now + check.timeout
        while true {
            guard let obstacle = try await obstacle(to: check) else { return }
            guard ContinuousClock.now + check.interval < deadline else {
                throw EngineError(
                    .failed,
                    "machine '\(machine)' did not become ready within \(check.timeout.brief): \(check): \(obstacle)",
                    help: "look at it with devenv ssh \(machine), or give the check a longer 'timeout'")
            }
            try await Task.sleep(for: check.interval)
        }
    }

    /// Why the check does not hold, nil where it does.
    private func obstacle(to check: ReadyCheck) async throws -> String? {
        switch check.probe {
        case .tcp(let port): try await tcp(port)
        case .http(let url, let status): try await http(url, status)
        case .shell(let command): try await shell(command)
        }
    }

    private func tcp(_ port: UInt16) async throws -> String? {
        guard let address = IPv4Address(address) else { return "'\(address)' is no address" }
        return await TCPProbe.connect(to: address, port: port, timeout: .seconds(2))
    }

    private func http(_ url: String, _ status: Int) async throws -> String? {
        let target = url.hasPrefix("/") ? "http://\(address)\(url)" : url
        let call = ToolInvocation(
            "curl",
            [
                "--silent", "--show-error", "--output", "/dev/null", "--max-time", "5", "--noproxy", "*",
                "--write-out", "%{http_code}", target,
            ], timeout: .seconds(10))
        let outcome = try await runner.run(call)
        if outcome.status != 0 { return outcome.complaint }
        return outcome.text == String(status) ? nil : "status \(outcome.text) instead of \(status)"
    }

    private func shell(_ command: String) async throws -> String? {
        let collected = LastOutput()
        let text = "exec /bin/sh -c \(ShellWord.quote(command))"
        let exit = try await communicator.run(RemoteCommand(text, timeout: .seconds(30))) { _, bytes in
            collected.append(bytes)
        }
        if exit.isSuccess { return nil }
        let last = collected.lastLine
        return last.isEmpty ? exit.description : "\(exit): \(last)"
    }
}
