/// A place in a source text: line and column count from 1, the column in Unicode scalars, as editors and libyaml do.
package struct SourceLocation: Sendable {
    /// The text that the place is in.
    package let source: SourceText
    /// The line, from 1.
    package let line: Int
    /// The column in Unicode scalars, from 1.
    package let column: Int
    /// How many scalars the caret underlines, at least 1; never past the end of the line.
    package let length: Int

    /// Makes a location of the given extent.
    package init(source: SourceText, line: Int, column: Int, length: Int = 1) {
        self.source = source
        self.line = line
        self.column = column
        self.length = max(1, length)
    }
}

extension SourceLocation: Hashable {
    /// Two locations are equal when they point to the same extent of the same text object.
    package static func == (left: SourceLocation, right: SourceLocation) -> Bool {
        left.source === right.source && left.line == right.line && left.column == right.column
            && left.length == right.length
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(source))
        hasher.combine(line)
        hasher.combine(column)
        hasher.combine(length)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `FILE:LINE:COLUMN`, the form that editors and terminals turn into a link.
    package var description: String { "\(source.name):\(line):\(column)" }
}

extension SourceLocation: Comparable {
    /// Orders by file name, then by place.
    package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.source.name, left.line, left.column) < (right.source.name, right.line, right.column)
    }
}
