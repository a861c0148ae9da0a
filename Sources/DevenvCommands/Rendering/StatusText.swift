package import DevenvEngine
import DevenvModel
package import DevenvPluginAPI
import DevenvState

/// What is known of machines, as people read it.
package enum StatusText {
    /// The word for a state, also in JSON: `not-created`, `running`.
    package static func stateWord(_ state: MachineObservation.State) -> String {
        state == .absent ? "not-created" : state.description
    }

    /// Why a machine is broken, or its state unknown.
    package static func reason(_ state: MachineObservation.State) -> String? {
        switch state {
        case .broken(let reason), .unknown(let reason): reason
        case .absent, .stopped, .running, .suspended: nil
        }
    }

    /// A row for each machine.
    package static func table(_ machines: [MachineStatus], style: TextStyle) -> String {
        var table = Table(["MACHINE", "STATE", "PROVIDER", "BOX", "ADDRESS", "PORTS", "NOTES"])
        for status in machines {
            table.add([
                status.name.rawValue, status.observation.state.description, status.provider?.rawValue ?? "",
                status.box ?? "", addresses(status).joined(separator: ", "),
                status.forwards.map(port).joined(separator: ", "), notes(status).joined(separator: "; "),
            ])
        }
        return table.render(style)
    }

    /// Everything about one machine.
    package static func details(_ status: MachineStatus, style: TextStyle) -> String {
        var rows = [("state", status.observation.state.description)]
        if let reason = reason(status.observation.state) { rows.append(("reason", reason)) }
        if let provider = status.provider { rows.append(("provider", provider.rawValue)) }
        if let box = status.box { rows.append(("box", box)) }
        for (network, address) in status.addresses.sorted(by: { $0.key < $1.key }) {
            rows.append(("network \(network)", address.description))
        }
        for forward in status.forwards { rows.append(("forward", forward.description)) }
        for text in status.observation.drift { rows.append(("drift", text)) }
        for folder in status.watchedFolders { rows.append(("watched", LiveText.text(folder))) }
        if let tools = status.guestTools { rows.append(("guest tools", text(tools))) }
        for name in status.failedProvisioners {
            rows.append(("failed", "provision \(name); 'devenv up' tries it again"))
        }
        if !status.isDeclared { rows.append(("note", undeclared)) }
        if status.isRecovered { rows.append(("note", "its record was damaged; 'devenv up' goes by a copy of it")) }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map {
            "  \(style.paint(DisplayWidth.pad($0.0, to: width), .faint))  \(SafeText.singleLine($0.1))\n"
        }
        return style.paint(status.name.rawValue, .strong) + "\n" + lines.joined()
    }

    private static func text(_ tools: GuestTools) -> String {
        guard tools.isPresent else { return "none (\(tools.name))" }
        return ([tools.name] + (tools.version.map { [$0] } ?? [])).joined(separator: " ")
    }

    private static let undeclared = "no longer in the Envfile; 'devenv destroy --orphans' removes it"

    /// The addresses of a machine, by the names of their networks.
    static func addresses(_ status: MachineStatus) -> [String] {
        status.addresses.sorted { $0.key < $1.key }.map(\.value.description)
    }

    private static func port(_ forward: PortForward) -> String {
        let place = forward.address == .loopback ? "" : "\(forward.address):"
        return "\(place)\(forward.host)->\(forward.guest)\(forward.transport == .tcp ? "" : "/udp")"
    }

    private static func notes(_ status: MachineStatus) -> [String] {
        var notes = status.isDeclared ? [] : ["not in the Envfile"]
        if let reason = reason(status.observation.state) { notes.append(SafeText.singleLine(reason)) }
        if status.isRecovered { notes.append("its record was damaged") }
        notes += status.failedProvisioners.map { "provision \($0) failed" }
        notes += status.watchedFolders.filter { $0.state == .waiting || $0.problem != nil }.map {
            SafeText.singleLine("\($0.target) \($0.state.rawValue)" + ($0.problem.map { ": \($0)" } ?? ""))
        }
        return notes + status.observation.drift.map(SafeText.singleLine)
    }
}
