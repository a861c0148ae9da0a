import DevenvHost

/// A program that a task needs in the machine.
package struct GuestNeed: Sendable {
    /// The program's name.
    package let program: String
    /// The packages that have it, by the package manager's program: `apt-get`, `dnf`, `apk`, `zypper`, `pacman`.
    package let packages: [String: String]

    /// Describes a need.
    package init(_ program: String, packages: [String: String]) {
        self.program = program
        self.packages = packages
    }

    /// Whether it is there, as a command of a shell.
    var test: String { "command -v \(ShellWord.quote(program)) >/dev/null 2>&1" }

    /// What is said where it is not.
    var complaint: String { "there is no '\(program)' in the machine" }

    /// What to do then.
    var cure: String { packages.isEmpty ? "install it there" : "install it there, or say install: true" }

    /// Lines of a shell's script that install it where it is missing, by whichever package manager is there, and end the script
    /// where that fails.
    package var installation: String {
        let calls = Self.managers.compactMap { manager, call in
            packages[manager].map { "elif command -v \(manager) >/dev/null; then \(call) \($0)" }
        }
        return """
            if \(test); then :
            \(calls.joined(separator: "\n"))
            else echo "devenv: there is no package manager here that has '\(program)'" >&2; exit 69; fi
            \(test) || { echo "devenv: '\(program)' could not be installed" >&2; exit 69; }
            """
    }

    private static let managers = [
        (
            "apt-get",
            "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy --no-install-recommends install"
        ),
        ("dnf", "dnf -q -y install"), ("apk", "apk add --quiet"),
        ("zypper", "zypper --non-interactive --quiet install"), ("pacman", "pacman -Sy --noconfirm --needed"),
    ]
}
