import DevenvHost
import DevenvModel
package import DevenvPluginAPI
package import SystemPackage

extension LibvirtProvider {
    /// Returns when the machine has ended or can't go on, with the reason. Guests live on when libvirt's daemon is started
    /// anew: then it listens again.
    package func waitForEnd(of machine: RecordedMachine) async -> String {
        while !Task.isCancelled {
            if let reason = try? await endSeen(of: machine) { return reason }  // whoever is waited for may still live
            do { try await Task.sleep(for: .milliseconds(200)) } catch { break }
        }
        return "the wait was cancelled"
    }

    private func endSeen(of machine: RecordedMachine) async throws -> String? {
        guard let id = machine.identity.domain else { return nil }
        let connection = try await LibvirtConnection.open(place(of: machine).uri)
        return try await MachineEvents(connection: connection, domain: id).waitForEnd()
    }

    /// What is known about a machine that does not answer: its state, its address, the last lines of its console.
    package func explainSilence(of machine: RecordedMachine, logDirectory: FilePath) async -> [String] {
        // what can't be found out is left out
        let known = try? await facts(about: machine)
        return (known ?? []) + ConsoleLog(path: ConsoleLog.path(in: logDirectory)).lastLines(12)
    }

    private func facts(about machine: RecordedMachine) async throws(ProviderError) -> [String] {
        let attempt = attempt(machine, "looking at")
        let (connection, info) = try await existing(machine, attempt)
        let mark = try await mark(of: info.id, connection, attempt)
        var facts = ["its domain '\(info.name)' is \(info.observedState)"] + info.complaints
        guard let mark, mark.address != nil else { return facts }
        for network in mark.networks { facts.append(await lease(in: network, mark, connection)) }
        return facts
    }

    private func lease(in network: String, _ mark: MachineMark, _ connection: LibvirtConnection) async -> String {
        // a network that is gone is told of by that
        guard let leases = try? await connection.leases(network: network) else {
            return "its network '\(network)' does not answer"
        }
        guard let lease = leases.first(where: { $0.address == mark.address }) else {
            return "it has not asked '\(network)' for an address: it has not come so far, or does not use DHCP"
        }
        return "it has the address \(lease.address) from '\(network)'"
    }
}

/// What a machine writes to its console.
struct ConsoleLog: Sendable {
    let path: FilePath

    /// Where it is.
    static func path(in directory: FilePath) -> FilePath { directory.appending("console.log") }

    /// The last lines with something on them, without what only a terminal understands.
    func lastLines(_ count: Int) -> [String] {
        // a machine that was never started has none
        let bytes = ((try? HostFiles.read(path)) ?? nil) ?? []
        let text = String(decoding: bytes.suffix(16 << 10), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map(Self.plain).filter { !$0.allSatisfy(\.isWhitespace) }
        guard !lines.isEmpty else { return ["its console has shown nothing"] }
        return ["the last lines of its console:"] + lines.suffix(count).map { "  \($0)" }
    }

    /// Without control sequences (ECMA-48, section 5.4) and other control characters.
    static func plain(_ line: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        var isSequence = false
        var last: Unicode.Scalar = " "
        for scalar in line.unicodeScalars {
            if isSequence {
                let isStart = scalar == "[" && last == "\u{1B}"
                if !isStart, (0x40...0x7E).contains(scalar.value) { isSequence = false }
            } else if scalar == "\u{1B}" {
                isSequence = true
            } else if scalar.value >= 0x20, scalar.value != 0x7F {
                result.append(scalar)
            }
            last = scalar
        }
        return String(result)
    }
}
