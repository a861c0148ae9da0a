/// One thing the user should know about an input file.
package struct Diagnostic: Sendable, Equatable {
    /// How much it weighs.
    package enum Severity: String, Sendable {
        /// The input can't be used.
        case error
        /// The input is used, but hardly as it was meant.
        case warning
    }

    /// A second place that explains the first, such as the earlier definition of a duplicate.
    package struct Note: Sendable, Equatable {
        /// What the place has to do with it.
        package let message: String
        /// The place; nil where there is none to point at.
        package let location: SourceLocation?

        /// Makes a note.
        package init(_ message: String, at location: SourceLocation? = nil) {
            self.message = message
            self.location = location
        }
    }

    /// How much it weighs.
    package let severity: Severity
    /// What is wrong, in lower case, without a full stop.
    package let message: String
    /// Where it is wrong; nil for a fault of the file as a whole.
    package let location: SourceLocation?
    /// What to do about it: a replacement or a command; printed as `help: …`.
    package let help: String?
    /// Other places that belong to it.
    package let notes: [Note]

    /// Makes a diagnostic.
    package init(
        _ severity: Severity, _ message: String, at location: SourceLocation?, help: String? = nil, notes: [Note] = []
    ) {
        self.severity = severity
        self.message = message
        self.location = location
        self.help = help
        self.notes = notes
    }

    /// An error at a place.
    package static func error(
        _ message: String, at location: SourceLocation?, help: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(.error, message, at: location, help: help, notes: notes)
    }

    /// A warning at a place.
    package static func warning(
        _ message: String, at location: SourceLocation?, help: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(.warning, message, at: location, help: help, notes: notes)
    }
}

extension [Diagnostic] {
    /// Whether one of them is an error.
    package var hasErrors: Bool { contains { $0.severity == .error } }

    /// Sorted by file and place, without exact repetitions; those without a place come first.
    package var ordered: [Diagnostic] {
        var result: [Diagnostic] = []
        for diagnostic in sorted(by: Diagnostic.precedes) where result.last != diagnostic { result.append(diagnostic) }
        return result
    }
}

extension Diagnostic {
    fileprivate static func precedes(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
        switch (left.location, right.location) {
        case (nil, nil): left.message < right.message
        case (nil, _): true
        case (_, nil): false
        case (let first?, let second?): first == second ? left.message < right.message : first < second
        }
    }
}
