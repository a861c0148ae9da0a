package import DevenvDiagnostics

/// What must be true of a machine before one that depends on it goes on.
package enum DependencyCondition: String, Sendable, Codable, CaseIterable, Comparable {
    /// It exists.
    case created
    /// It answers on SSH.
    case running
    /// Its folders are synced and its provisioners have run.
    case provisioned
    /// Its `ready` checks hold.
    case ready

    /// Orders by how far the machine has come.
    package static func < (left: DependencyCondition, right: DependencyCondition) -> Bool {
        left.order < right.order
    }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One entry of `depends_on`.
package struct Dependency: Sendable {
    /// The machine, or the name of several with `count`.
    package let target: Located<String>
    /// What must be true of it.
    package let condition: DependencyCondition

    /// Makes a dependency.
    package init(on target: Located<String>, _ condition: DependencyCondition) {
        self.target = target
        self.condition = condition
    }
}
