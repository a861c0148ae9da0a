import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI

/// Tries the `ready` checks of a machine until they hold.
struct ReadyProber: Sendable {
    /// The address that the machine is reached on, where that is known.
    let address: IPv4Address?
    /// Its addresses on its networks.
    let own: Set<IPv4Address>
    /// Whether this host reaches its addresses. Where only its SSH server is reached, ports are tried from inside it.
    let isReachable: Bool
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
                    help: "look at it with 'devenv ssh \(machine)', or give the check a longer 'timeout'")
            }
            try await Task.sleep(for: check.interval)
        }
    }

    /// Why the check does not hold, nil where it does.
    private func obstacle(to check: ReadyCheck) async throws -> String? {
        switch check.probe {
        case .tcp(let port): try await tcp(port)
        case .http(let url, let status): try await http(url, status)
        case .shell(let command): try await shell("exec /bin/sh -c \(ShellWord.quote(command))")
        }
    }

    private func tcp(_ port: UInt16) async throws -> String? {
        guard isReachable, let address else { return try await shell(InsideProbe.listening(on: port)) }
        return await TCPProbe.connect(to: address, port: port, timeout: .seconds(2))
    }

    private func http(_ url: String, _ status: Int) async throws -> String? {
        let isOwn = url.hasPrefix("/") || own.contains { url.isURL(of: $0) }
        let target = url.hasPrefix("/") ? "http://\(address ?? .loopback)\(url)" : url
        if isOwn, !isReachable || address == nil { return try await insideHTTP(target, status) }
        let call = ToolInvocation(
            "curl",
            [
                "--silent", "--show-error", "--output", "/dev/null", "--max-time", "5", "--noproxy", "*",
                "--write-out", "%{http_code}", target,
            ], timeout: .seconds(10))
        let outcome = try await runner.run(call)
        return outcome.status == 0 ? Self.difference(outcome.text, status) : outcome.complaint
    }

    private func insideHTTP(_ url: String, _ status: Int) async throws -> String? {
        let (exit, last) = try await run(InsideProbe.status(of: url))
        return exit.isSuccess ? Self.difference(last, status) : last.isEmpty ? exit.description : last
    }

    private static func difference(_ status: String, _ wanted: Int) -> String? {
        status == String(wanted) ? nil : "status \(status) instead of \(wanted)"
    }

    private func shell(_ command: String) async throws -> String? {
        let (exit, last) = try await run(command)
        if exit.isSuccess { return nil }
        return last.isEmpty ? exit.description : "\(exit): \(last)"
    }

    /// How a command in the machine ended, and the last that it said.
    private func run(_ command: String) async throws -> (exit: RemoteExit, last: String) {
        let collected = LastOutput()
        let exit = try await communicator.run(RemoteCommand(command, timeout: .seconds(30))) { _, bytes in
            collected.append(bytes)
        }
        return (exit, collected.lastLine)
    }
}

extension String {
    /// Whether it is a URL whose host is this address.
    fileprivate func isURL(of address: IPv4Address) -> Bool {
        guard let start = firstRange(of: "://")?.upperBound else { return false }
        return self[start...].prefix { $0 != "/" && $0 != ":" && $0 != "?" } == address.description
    }
}
