import ArgumentParser

/// How a command is used, for its manual page.
package struct CommandExample: Sendable {
    /// What for, as a sentence or its beginning.
    package let purpose: String
    /// The arguments, without `devenv`.
    package let arguments: [String]

    /// Joins them; the words are written with blanks between them, and need no quotes for the shell.
    init(_ purpose: String, _ words: String) {
        self.purpose = purpose
        arguments = words.split(separator: " ").map(String.init)
    }

    /// What is typed.
    var line: String { (["devenv"] + arguments).joined(separator: " ") }
}

extension Devenv {
    /// Those of all commands.
    package static var examples: [CommandExample] {
        let groups = configuration.subcommands
        let commands = groups + groups.flatMap { $0.configuration.subcommands }
        return commands.flatMap { ($0 as? any DevenvCommand.Type)?.examples ?? [] }
    }
}

extension Devenv.Init {
    static var examples: [CommandExample] {
        [CommandExample("An Envfile for three machines of Debian 12:", "init debian/12 --template cluster")]
    }
}

extension Devenv.Plan {
    static var examples: [CommandExample] {
        [
            CommandExample("What would be done, and why:", "plan"),
            CommandExample(
                "The same, kept to be carried out once somebody has approved of it:", "plan --out release.plan"),
        ]
    }
}

extension Devenv.Up {
    static var examples: [CommandExample] {
        [
            CommandExample("All machines of the project:", "up"),
            CommandExample(
                "The machines of a group, and those that they depend on, on libvirt:", "up @backend --provider libvirt"),
            CommandExample("One provisioner of one machine again:", "up web --provision-with nginx"),
            CommandExample("A plan that was saved, as it is or not at all:", "up release.plan"),
        ]
    }
}

extension Devenv.Destroy {
    static var examples: [CommandExample] {
        [CommandExample("What the Envfile does not name any more, without asking:", "destroy --orphans -f")]
    }
}

extension Devenv.SSH {
    static var examples: [CommandExample] {
        [
            CommandExample("A shell in a machine:", "ssh web"),
            CommandExample("One command, whose exit status is returned:", "ssh web -c uptime"),
            CommandExample(
                "A port of this host that leads to one that only the machine reaches:",
                "ssh web -- -L 8000:localhost:80"),
        ]
    }
}

extension Devenv.Exec {
    static var examples: [CommandExample] {
        [CommandExample("The same command in all machines of a group:", "exec @backend -- getent hosts db")]
    }
}

extension Devenv.Logs {
    static var examples: [CommandExample] {
        [CommandExample("What a provisioner's last run has written:", "logs web --log provision-nginx")]
    }
}

extension Devenv.Graph {
    static var examples: [CommandExample] {
        [CommandExample("What waits for what, for a README:", "graph --format mermaid")]
    }
}

extension Devenv.Completion {
    static var examples: [CommandExample] {
        [CommandExample("The script for bash, printed:", "completion bash")]
    }
}

extension Devenv.Manual {
    static var examples: [CommandExample] {
        [
            CommandExample("All pages, where man(1) finds them:", "manual --to /usr/local/share/man"),
            CommandExample("The page of a command, as source for man(1) or mandoc(1):", "manual up"),
        ]
    }
}
