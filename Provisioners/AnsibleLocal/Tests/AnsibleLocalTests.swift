import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import AnsibleLocalProvisioner

/// The real Ansible, run on this host as it is in a machine.
@Suite(.requiresRoot, .requires(tool: "ansible-playbook", "tar"))
struct AnsibleLocalTests {
    private func item(_ options: KeyValuePairs<String, OptionTree.Value>) -> ProvisionerSpec {
        let entries = options.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        return ProvisionerSpec(
            name: Located("site"), kind: Located("ansible_local"), options: OptionTree(.map(entries)))
    }

    private func run(
        _ item: ProvisionerSpec, in directory: TemporaryDirectory, on communicator: ProcessCommunicator
    ) async throws -> String {
        let project = ProvisionerProject(
            directory: directory.path, secretNames: ["word"],
            machines: [ProvisionedMachine(name: MachineName(unchecked: "web"), groups: ["front"])])
        let said = Mutex<[UInt8]>([])
        let context = ProvisionerContext(
            project: project, machine: MachineName(unchecked: "web"), secrets: ["word": Redacted("it's \"se\ncret")]
        ) { _, bytes in said.withLock { $0 += bytes } }
        try await AnsibleLocalProvisioner().run(item, on: communicator, context: context)
        return said.withLock { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aPlaybookFindsItsRolesAndVariablesAndLeavesNothing() async throws {
        try await TemporaryDirectory.with { directory in
            for folder in ["book", "book/roles", "book/roles/page", "book/roles/page/tasks", "tmp"] {
                try HostFiles.makeDirectory(directory.path.pushing(FilePath(folder)))
            }
            try directory.write("- hosts: front\n  gather_facts: false\n  roles: [page]\n", to: "book/site.yml")
            try directory.write(
                "- copy: { content: \"{{ word }}|{{ inventory_hostname }}\", dest: \"{{ place }}\", mode: '0600' }\n",
                to: "book/roles/page/tasks/main.yml")
            let place = directory.path.appending("page").string
            let variables = ["word": "secret:word", "place": place].sorted { $0.key < $1.key }.map {
                OptionTree.Entry(key: Located($0.key), value: OptionTree(.string($0.value)))
            }
            let item = item([
                "playbook": .string("book/site.yml"), "directory": .string("book"), "extra_vars": .map(variables),
                "vault_password": .string("secret:word"), "tags": .string("all"), "skip_tags": .string("none"),
                "verbose": .integer(1), "args": .string("--diff"), "install": .boolean(true),
            ])
            let communicator = ProcessCommunicator(environment: ["TMPDIR": directory.path.appending("tmp").string])
            let first = try await run(item, in: directory, on: communicator)
            #expect(try directory.read("page") == "it's \"se\ncret|web", "\(first)")
            #expect(first.contains("changed=1"), "\(first)")
            let second = try await run(item, in: directory, on: communicator)
            #expect(second.contains("changed=0"), "\(second)")
            #expect(try HostFiles.list(directory.path.appending("tmp")) == [])
            try directory.write("- hosts: front\n  tasks: [fail: ]\n", to: "book/site.yml")
            let failed = await #expect(throws: ProvisionerError.self) {
                try await run(item, in: directory, on: communicator)
            }
            #expect(failed?.exitStatus == 2, "\(failed?.message ?? "")")
        }
    }
}
