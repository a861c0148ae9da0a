import DevenvDiagnostics
import DevenvGuest
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import SystemPackage
import Testing

@testable import AnsibleProvisioner

/// How Ansible is called, and what is refused before. What it does with that is tried in machines.
@Suite struct AnsibleCallTests {
    private func item(_ options: KeyValuePairs<String, OptionTree.Value>) -> ProvisionerSpec {
        let entries = options.map { OptionTree.Entry(key: Located($0.key), value: OptionTree($0.value)) }
        return ProvisionerSpec(name: Located("site"), kind: Located("ansible"), options: OptionTree(.map(entries)))
    }

    private static let machines = [("web", ["front", "all"]), ("db", ["back"]), ("off", ["back"])].map {
        ProvisionedMachine(name: MachineName(unchecked: $0.0), groups: $0.1)
    }

    @Test func everyOptionIsAnArgumentAndSecretsAreNot() throws {
        let texts: (String...) -> OptionTree.Value = { .list($0.map { OptionTree(.string($0)) }) }
        let options = AnsibleOptions(
            item([
                "playbook": .string("./ansible/site.yml"), "limit": texts("front", "!db"), "become": .boolean(true),
                "tags": texts("a", "b"), "skip_tags": .string("c"), "verbose": .integer(2), "args": .string("--diff"),
                "vault_password": .string("secret:vault"),
                "extra_vars": .map([
                    OptionTree.Entry(key: Located("token"), value: OptionTree(.string("secret:token")))
                ]),
            ]))
        #expect(options.diagnostics == [])
        #expect(options.playbook.secrets == ["vault", "token"])
        let project = ProvisionerProject(directory: "/p", secretNames: [])
        let machine = MachineName(unchecked: "web")
        let call = AnsibleCall(options: options, place: "/run/x", project: project, machine: machine)
        let words = call.invocation.arguments.drop { $0 != "ansible-playbook" }.dropFirst()
        #expect(
            words.joined(separator: " ") == """
                --limit front,!db --become --inventory /run/x/inventory.json --extra-vars @/run/x/variables.json \
                --vault-password-file /run/x/vault-password --tags a,b --skip-tags c -vv --diff -- /p/ansible/site.yml
                """)
        #expect(call.invocation.endsWithCaller && call.invocation.directory == "/p")
        let secrets = ["token": Redacted("a\"b\n"), "vault": Redacted("open")]
        let context = ProvisionerContext(
            project: project, machine: MachineName(unchecked: "web"), secrets: secrets, output: { _, _ in })
        let files = try options.playbook.privateFiles(context)
        #expect(files.map(\.content) == [#"{"token":"a\"b\u000a"}"#, "open\n"])
    }

    @Test func theInventoryHasTheMachinesThatRunAndTheirGroups() throws {
        let project = ProvisionerProject(directory: "/p", secretNames: [], machines: Self.machines)
        let reachable = ["web", "db"].map { (MachineName(unchecked: $0), [("a", "-F '/x y'")]) }
        let text = AnsibleInventory.text(of: project, variables: Dictionary(uniqueKeysWithValues: reachable))
        #expect(
            text == """
                {"all": {"hosts": {"web": {"a": "-F '/x y'"}, "db": {"a": "-F '/x y'"}}, "children": \
                {"back": {"hosts": {"db": {}}}, "front": {"hosts": {"web": {}}}}}}
                """)
    }

    @Test(arguments: [
        (["playbook": "../site.yml"], "'playbook' takes a path in the project's directory, not '../site.yml'"),
        (["playbook": "/etc/site.yml"], "'playbook' takes a path in the project's directory, not '/etc/site.yml'"),
        ([:], "an item of Ansible needs its 'playbook'"),
        (["playbook": "a/site.yml", "directory": "b"], "the playbook 'a/site.yml' is not in 'b'"),
        (["playbook": "site.yml", "extra_vars": "x"], "'extra_vars' must be a map, not a text"),
        (["playbook": "site.yml", "verbose": "yes"], "'verbose' must be a whole number from 0 to 4, not a text"),
        (["playbook": "site.yml", "tag": "x"], "the ansible options have no key 'tag'"),
    ])
    func whatIsWrongIsSaid(_ options: [String: String], _ problem: String) {
        let entries = options.sorted { $0.key < $1.key }.map {
            OptionTree.Entry(key: Located($0.key), value: OptionTree(.string($0.value)))
        }
        let spec = ProvisionerSpec(name: Located("site"), kind: Located("ansible"), options: OptionTree(.map(entries)))
        #expect(AnsibleOptions(spec).diagnostics.map(\.message) == [problem])
    }

    @Test func whatAKilledRunHasLeftIsRemovedByTheNextOneAndNothingElse() async throws {
        try await TemporaryDirectory.with { directory in
            let parent = directory.path.appending("ansible")
            // no process has a number above the kernel's highest (proc(5), pid_max)
            for name in ["9999999-abandoned", "1-of-somebody-who-lives", "something"] {
                try HostFiles.makeDirectory(parent.appending(name))
            }
            let place = try PrivatePlace(below: parent)
            try place.write("x", to: "file")
            let own = try #require(place.path.lastComponent?.string)
            #expect(try HostFiles.list(parent).sorted() == [own, "1-of-somebody-who-lives", "something"].sorted())
            place.remove()
            #expect(try HostFiles.list(parent).sorted() == ["1-of-somebody-who-lives", "something"])
        }
    }

    @Test func whatARunRestsOnIsNamedPartByPart() async throws {
        try await TemporaryDirectory.with { directory in
            try HostFiles.makeDirectory(directory.path.appending("ansible"))
            try directory.write("- hosts: all\n", to: "ansible/site.yml")
            try directory.write("a: 1\n", to: "ansible/vars.yml")
            let provisioner = AnsibleProvisioner(directories: HostDirectories(environment: [:]))
            let item = item(["playbook": .string("ansible/site.yml")])
            let project = ProvisionerProject(directory: directory.path, secretNames: [], machines: Self.machines)
            let first = try await provisioner.fingerprint(item, in: project).parts
            #expect(Set(first.keys) == ["playbook ansible/site.yml", "ansible", "variables", "options", "groups"])
            try directory.write("- hosts: web\n", to: "ansible/site.yml")
            let second = try await provisioner.fingerprint(item, in: project).parts
            #expect(first.filter { second[$0.key] != $0.value }.keys.sorted() == ["playbook ansible/site.yml"])
            try directory.write("a: 2\n", to: "ansible/vars.yml")
            let third = try await provisioner.fingerprint(item, in: project).parts
            #expect(second.filter { third[$0.key] != $0.value }.keys.sorted() == ["ansible"])
        }
    }
}
