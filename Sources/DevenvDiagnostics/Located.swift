/// A value together with the place that it was written at; nil for a value that devenv supplied itself.
package struct Located<Value> {
    /// The value.
    package var value: Value
    /// Where it was written.
    package var location: SourceLocation?

    /// Joins a value and its place.
    package init(_ value: Value, at location: SourceLocation? = nil) {
        self.value = value
        self.location = location
    }

    /// The same place with another value.
    package func map<Other, Failure: Error>(_ transform: (Value) throws(Failure) -> Other) throws(Failure) -> Located<
        Other
    > {
        Located<Other>(try transform(value), at: location)
    }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
