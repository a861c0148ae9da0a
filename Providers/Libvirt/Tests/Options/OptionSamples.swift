import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import DevenvTestSupport
import LibvirtProvider
import SystemPackage
import Testing

/// What a machine with these lines says, and what is wrong with it.
struct ReadMachine {
    let spec: MachineSpec
    let options: LibvirtOptions
    /// One line for each diagnostic, its place named by the marker.
    let problems: [String]
    let help: [String?]

    /// Reads the machine `web` of an Envfile; the lines may hold markers.
    static func read(_ lines: String) throws -> ReadMachine {
        let indented = lines.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        let text = MarkedText("version: 1\nmachines:\n  web:\n" + indented.joined(separator: "\n"))
        let loaded = EnvfileLoader.load(text.source, directory: "/usr")
        #expect(loaded.diagnostics == [])
        let spec = try #require(loaded.envfile?.machines.first)
        let options = LibvirtOptions(of: spec)
        let uri = LibvirtURI(options.uri ?? "qemu:///system")
        let diagnostics =
            MachineValidation.diagnostics(of: spec) + MachineValidation.objections(to: spec, at: uri)
        return ReadMachine(
            spec: spec, options: options, problems: text.describe(diagnostics),
            help: diagnostics.map(\.help))
    }

    /// The same with the lines below `libvirt:`.
    static func read(libvirt lines: String) throws -> ReadMachine {
        let indented = lines.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
        return try read("libvirt:\n" + indented.joined(separator: "\n"))
    }
}
