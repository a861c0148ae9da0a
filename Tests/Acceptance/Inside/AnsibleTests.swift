import DevenvHost
import DevenvTestSupport
import SystemPackage
import Testing

/// This host's real Ansible against real machines.
@Suite(
    .tags(.large), .requiresRoot,
    .requires(tool: "runc", "mmdebstrap", "nft", "ip", "rsync", "ssh", "ansible-playbook", "dpkg"))
struct AnsibleTests {
    static let envfile = """
        version: 1
        secrets: { token: { file: token }, vault: { file: vault } }
        defaults: { box: $BOX }
        machines:
          web-1:
            groups: [front]
            provision:
              - name: site
                ansible:
                  playbook: ansible/site.yml
                  directory: ansible
                  extra_vars: { greeting: "it's {{ 'hello' }}", token: secret:token, list: [1, true, null] }
                  vault_password: secret:vault
                  become: true
                  tags: [always, page]
                  skip_tags: never
                  verbose: 0
                  args: --diff
              - name: everywhere
                run: never
                ansible: { playbook: ansible/raw.yml, limit: all }
              - { name: inside, run: never, ansible_local: { playbook: ansible/site.yml } }
              - { name: slow, run: never, timeout: 2s, ansible: { playbook: ansible/slow.yml } }
          db: { groups: [back] }
          off: { autostart: false, groups: [back] }

        """
    private static let files = [
        "token": "t0ken-4711\n", "vault": "open sesame\n", "ansible/roles/page/templates/page": "{{ greeting }}\n",
        "ansible/site.yml": """
        - hosts: front
          gather_facts: false
          roles: [page]
        """,
        "ansible/roles/page/tasks/main.yml": """
        - template: { src: page, dest: /srv/page, mode: "0644" }
          tags: page
        - copy:
            content: "{{ token }} {{ groups['back'] | join(',') }} {{ list | to_json }}"
            dest: /srv/all
          tags: page
        - fail: { msg: "this one is skipped" }
          tags: [page, never]
        """,
        "ansible/raw.yml": "- { hosts: all, gather_facts: false, tasks: [raw: hostname > /home/dev/name] }\n",
        "ansible/slow.yml": "- { hosts: all, gather_facts: false, tasks: [raw: sleep 4713] }\n",
    ]
    private static let python = [
        "python3", "python3-minimal", "python3.[0-9][0-9]", "python3.[0-9][0-9]-minimal", "libpython3-stdlib",
        "libpython3.[0-9][0-9]-stdlib", "libpython3.[0-9][0-9]-minimal",
    ]

    @Test func playbooksReachTheMachinesThatAreMeantAndChangesAreReasons() async throws {
        try await AcceptanceProject.with(Self.envfile, files: Self.files) { project in
            try await project.expect("up", "--no-provision")
            try await GuestPackages.install(Self.python, in: project, machine: "web-1")
            let up = try await project.expect("up")
            #expect(up.transcript.contains("changed=2") && !up.transcript.contains("t0ken"), "\(up.transcript)")
            #expect(try await project.said("cat /srv/page", in: "web-1") == "it's hello\n")
            #expect(try await project.said("cat /srv/all", in: "web-1") == "t0ken-4711 db [1, true, null]")
            #expect(try await project.expect("plan").text.contains("Nothing to do"))
            let again = try await project.expect("provision", "web-1")
            #expect(again.transcript.contains("changed=0"), "\(again.transcript)")

            try project.write("Now: {{ greeting }}\n", to: "ansible/roles/page/templates/page")
            #expect(try await project.expect("plan", status: 10).text.contains(" ansible changed"))
            try await project.expect("up")
            #expect(try await project.said("cat /srv/page", in: "web-1") == "Now: it's hello\n")
            try project.write("- { hosts: front, tasks: [] }\n", to: "ansible/site.yml")
            let plan = try await project.expect("plan", status: 10).text
            #expect(plan.contains("playbook ansible/site.yml changed"), "\(plan)")

            try await project.expect("provision", "web-1", "--provision-with", "everywhere")
            for machine in ["web-1", "db"] {
                #expect(try await project.said("cat /home/dev/name", in: machine) == machine + "\n")
            }
            try await expectFailures(project)
            #expect(try HostFiles.list(project.binary.home.pushing("run/ansible")) == [], "nothing private is left")
        }
    }

    /// What is said where a playbook fails or takes too long, and where the machine has no Ansible.
    private func expectFailures(_ project: AcceptanceProject) async throws {
        try project.write(
            "- { hosts: all, gather_facts: false, tasks: [{ raw: exit 3, tags: page }] }\n", to: "ansible/site.yml")
        let failed = try await project.expect("provision", "web-1", "--provision-with", "site", status: 1)
        #expect(
            failed.errors.contains("ansible-playbook failed with exit status 2 (a task failed)"), "\(failed.errors)")
        let slow = try await project.expect("provision", "web-1", "--provision-with", "slow", status: 1)
        #expect(slow.errors.contains("running 'slow': out of time after 2.0 s"), "\(slow.errors)")
        try await eventually("neither Ansible nor a connection of its is left") {
            ProcessTable.processes(withArgument: project.binary.home.string + "/run/ansible").isEmpty
        }
        let inside = try await project.expect("provision", "web-1", "--provision-with", "inside", status: 1)
        #expect(inside.errors.contains("there is no 'ansible-playbook' in the machine"), "\(inside.errors)")
        #expect(inside.errors.contains("install: true"), "\(inside.errors)")
    }
}
