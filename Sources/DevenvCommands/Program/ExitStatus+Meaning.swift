extension ExitStatus {
    /// What the shell may get, and what it means: for the manual. `ssh -c`, and `exec` on one machine, return other numbers besides.
    package static let meanings: [(status: ExitStatus, meaning: String)] = [
        (.done, "done, or nothing to do"),
        (.failed, "an operation failed, or `destroy` was declined"),
        (.invalidEnvfile, "the Envfile, or the definition of a box, is invalid"),
        (.partlyFailed, "some machines failed, others are done"),
        (.locked, "another devenv works on a machine: its process id, command and start are printed"),
        (.changes, "`plan` found changes"),
        (.usage, "wrong usage, an unknown target included"),
        (.interrupted, "interrupted"),
    ]
}
