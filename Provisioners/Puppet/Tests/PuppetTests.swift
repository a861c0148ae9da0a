import DevenvDiagnostics
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import DevenvTestSupport
import PuppetProvisioner
import SystemPackage
import Testing

/// The real Puppet, run on this host as it is in a machine.
@Suite(.requiresRoot, .requires(tool: "puppet", "tar"))
struct PuppetTests {
    @Test func aManifestFindsItsModulesAndDataAndChangesNothingTwice() async throws {
        try await TemporaryDirectory.with { directory in
            let project = try HostedProject(in: directory, secrets: ["word": "it's \"se\ncret"])
            try project.write("include page\n", to: "puppet/site.pp")
            try project.write("version: 5\nhierarchy: [{ name: all, path: all.yaml }]\n", to: "puppet/hiera.yaml")
            try project.write("page::ending: '!'\n", to: "puppet/data/all.yaml")
            try project.write(
                """
                class page(String $ending) {
                  file { $facts['place']: content => Sensitive("${facts['word']}${ending}"), mode => '0600' }
                }
                """, to: "puppet/modules/page/manifests/init.pp")
            let place = directory.path.appending("page").string
            let item = HostedProject.item(
                "puppet",
                [
                    "manifest": "puppet/site.pp", "modules": ["puppet/modules"], "hiera": "puppet/hiera.yaml",
                    "facts": ["place": .text(place), "word": "secret:word"], "install": true,
                    "args": ["--vardir", .text(directory.path.appending("var").string)],
                ])
            let provisioner = PuppetProvisioner()
            #expect(provisioner.validate(item, in: project.project) == [])
            let first = try await project.run(item, by: provisioner)
            #expect(try directory.read("page") == "it's \"se\ncret!", "\(first)")
            #expect(first.contains("page]/ensure: "), "\(first)")
            let second = try await project.run(item, by: provisioner)
            #expect(!second.contains("page]/") && second.contains("Applied catalog"), "\(second)")
            #expect(try project.leftovers() == [])

            let before = try await provisioner.fingerprint(item, in: project.project).parts
            try project.write("notify { 'x': }\nfail('no')\n", to: "puppet/site.pp")
            let after = try await provisioner.fingerprint(item, in: project.project).parts
            #expect(before.filter { after[$0.key] != $0.value }.keys.sorted() == ["puppet"])
            let failed = await #expect(throws: ProvisionerError.self) { try await project.run(item, by: provisioner) }
            #expect(failed?.message == "running 'item': puppet failed with exit status 1")
        }
    }

    @Test func whatIsWrongIsSaid() {
        let item = HostedProject.item("puppet", ["facts": ["Role": "x"], "modules": "../modules"])
        let project = ProvisionerProject(directory: "/nonexistent", secretNames: [])
        #expect(
            PuppetProvisioner().validate(item, in: project).map(\.message) == [
                "'modules' takes a path in the project's directory, not '../modules'",
                "a puppet item needs its 'manifest'",
                "'Role' is no name of a fact: lower-case letters, digits and underscores",
            ])
    }
}
