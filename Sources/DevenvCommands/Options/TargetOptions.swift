package import ArgumentParser

extension TargetExpression: ExpressibleByArgument {
    /// Reads a target.
    package init?(argument: String) { self.init(argument) }
}

extension ArgumentHelp {
    /// What targets are, in the help of every command that takes them.
    static let targets = ArgumentHelp(
        "Machines: NAME, '/REGEX/', @GROUP, or PROJECT/NAME from anywhere.",
        valueName: "target")
}

/// Several machines.
package struct TargetOptions: ParsableArguments {
    /// What was named.
    @Argument(help: .targets, completion: .targets)
    package var targets: [TargetExpression] = []

    /// Nothing named.
    package init() {}
}

/// One machine.
package struct SingleTargetOptions: ParsableArguments {
    /// What was named.
    @Argument(
        help: ArgumentHelp("A machine (default: the primary one, or the only one there is).", valueName: "target"),
        completion: .targets)
    package var target: TargetExpression?

    /// Nothing named.
    package init() {}
}
