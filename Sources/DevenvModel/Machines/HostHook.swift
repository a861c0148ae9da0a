/// A command of this host that the Envfile wants run before or after one of devenv's.
package struct HostHook: Hashable, Sendable {
    /// When it is run.
    package enum Moment: String, Sendable, CaseIterable {
        /// Before anything is done; where it fails, nothing is.
        case before
        /// After everything went well.
        case after
    }

    /// What it goes with.
    package enum Occasion: String, Sendable, CaseIterable {
        case up, halt, destroy, provision
    }

    /// When it is run.
    package let moment: Moment
    /// What it goes with.
    package let occasion: Occasion
    /// The command, for a shell.
    package let script: String

    /// Describes a hook.
    package init(_ moment: Moment, _ occasion: Occasion, _ script: String) {
        self.moment = moment
        self.occasion = occasion
        self.script = script
    }
}
