import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvTestSupport
import FoundationEssentials
import SystemPackage
import Testing

@testable import ContainerProvider

/// Configurations of every kind, judged by the schema of the OCI Runtime Specification, behind a validator that is none of
/// ours.
@Suite(.requires(tool: "/usr/bin/python3"))
struct RuntimeSpecTests {
    private static let schema = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().removingLastComponent().pushing("Tests/RuntimeSpec")

    /// Prints a line for each file: `fine`, or what is wrong with it. Members that the schema does not know count as wrong: a
    /// runtime would overlook them.
    private static let judge = """
        import json, os, sys, warnings
        warnings.simplefilter("ignore")
        from jsonschema import Draft4Validator, RefResolver

        base = "file://" + sys.argv[1] + "/"
        store = {}
        def close(node):
            if isinstance(node, dict):
                if isinstance(node.get("properties"), dict) and "additionalProperties" not in node:
                    node["additionalProperties"] = False
                for child in node.values(): close(child)
            elif isinstance(node, list):
                for child in node: close(child)
        for name in os.listdir(sys.argv[1]):
            if not name.endswith(".json"): continue
            with open(os.path.join(sys.argv[1], name)) as file: store[base + name] = json.load(file)
            close(store[base + name])
        schema = store[base + "config-schema.json"]
        validator = Draft4Validator(schema, resolver=RefResolver(base + "config-schema.json", schema, store=store))
        for path in sys.argv[2:]:
            with open(path) as file: document = json.load(file)
            faults = [fault.json_path + ": " + fault.message.replace("\\n", " ") for fault in validator.iter_errors(document)]
            print("; ".join(sorted(faults)) or "fine")
        """

    @Test func everyCombinationOfOptionsMakesAConfigurationOfTheSpecification() async throws {
        let configs = try Self.combinations()
        try #require(configs.count == 96)
        try await TemporaryDirectory.with { directory in
            var files = try configs.enumerated().map { number, config in
                let data = try JSONEncoder().encode(config)
                return try directory.write(String(decoding: data, as: UTF8.self), to: "\(number).json")
            }
            // the judge does judge
            files.append(try directory.write(#"{"ociVersion": "1.0.2", "hostnam": "web"}"#, to: "wrong.json"))
            let call = ToolInvocation(
                "/usr/bin/python3", ["-c", Self.judge, Self.schema.string] + files.map(\.string), timeout: .seconds(60))
            let outcome = try await SystemToolRunner().run(call)
            try #require(outcome.status == 0, "\(outcome.complaint)")
            let verdicts = outcome.text.split(separator: "\n").map(String.init)
            #expect(Array(verdicts.dropLast()) == configs.map { _ in "fine" })
            #expect(verdicts.last?.contains("'hostnam' was unexpected") == true)
        }
    }

    /// One for each choice of what first process, devices, capabilities, swap, depth and control groups there are.
    private static func combinations() throws -> [RuntimeConfig] {
        let device = HostDevice(path: "/dev/fuse", node: "/data/devices/0", isBlocks: false, number: 0x0AE5)
        let bind = BindMount(
            bind: HostBind(source: "/src", target: "/shared", isReadOnly: true, place: ""),
            passage: "/run/devenv/binds/0")
        let filter = HostFiles.exists(SeccompProfile.path) ? try SeccompProfile.filter(adding: Capability.nesting) : nil
        var configs: [RuntimeConfig] = []
        for number in 0..<96 {
            let flags = (0..<5).map { number >> $0 & 1 == 1 }
            var options = ContainerOptions()
            options.initiator = [.small, .none, .systemd][number / 32]
            options.isNesting = flags[0]
            options.isPrivileged = flags[1]
            options.swap = flags[2] ? .some(ByteCount(bytes: 1 << 30)) : .unlimited
            let host = RuntimeSurroundings(
                filter: options.isFiltered ? filter : nil, hasUnifiedControlGroups: flags[3],
                devices: flags[4] ? [device] : [], binds: flags[4] ? [bind] : [])
            configs.append(RuntimeConfigTests.config(options, host: host))
        }
        return configs
    }
}
