/// A variable of the environment, as the manual tells of it.
struct ManualVariable {
    let name: String
    let meaning: String
    /// The option that a command has where the variable means something to it; nil for every command.
    let option: String?

    /// All of them.
    static let all = [
        ManualVariable(
            name: "DEVENV_FILE", meaning: "The Envfile, where `--file` does not name one.", option: "--file"),
        ManualVariable(
            name: "DEVENV_CWD", meaning: "Where the search for the Envfile begins, where `--directory` does not say.",
            option: "--file"),
        ManualVariable(
            name: "DEVENV_HOME",
            meaning: "One directory for all that devenv keeps of a user: boxes, the index of projects, catalogs.",
            option: nil),
        ManualVariable(
            name: "DEVENV_SHARED_BOXES",
            meaning: "The store of boxes that is looked into under the user's own; empty for none.", option: nil),
        ManualVariable(
            name: "DEVENV_LIBVIRT_URI",
            meaning: "The libvirt that machines of libvirt are made by, where the Envfile does not say.",
            option: "--file"),
        ManualVariable(
            name: "NO_COLOR",
            meaning: "Set to anything but nothing: no colours, where `--color` does not ask for them.",
            option: "--color"),
    ]
}

/// A file or a directory, as the manual tells of it.
struct ManualFile {
    let path: String
    let meaning: String
    /// As of a variable.
    let option: String?

    /// All of them.
    static let all = [
        ManualFile(
            path: "Envfile", meaning: "The machines of a project; also Envfile.yaml or Envfile.yml. See `envfile(5)`.",
            option: "--file"),
        ManualFile(
            path: "Envfile.local.yaml", meaning: "One's own settings, laid over the Envfile; not checked in.",
            option: "--file"),
        ManualFile(
            path: "Envfile.lock", meaning: "The versions and digests of the boxes that machines are made from.",
            option: "--file"),
        ManualFile(
            path: ".devenv", meaning: "What is recorded of the project's machines; not checked in.", option: "--file"),
        ManualFile(
            path: "/var/lib/devenv",
            meaning:
                "Boxes, machines' disks and the index of projects: of root. Others have them in `$XDG_DATA_HOME/devenv`, which "
                + "is ~/.local/share/devenv by default.",
            option: nil),
        ManualFile(
            path: "/etc/devenv",
            meaning:
                "What is decided, such as the catalogs: of root. Others have it in `$XDG_CONFIG_HOME/devenv`, which is "
                + "~/.config/devenv by default.",
            option: nil),
    ]
}
