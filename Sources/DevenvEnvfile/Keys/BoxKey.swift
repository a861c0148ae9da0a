import DevenvModel
import DevenvYAML

/// The value of `box`.
enum BoxKey {
    /// A text; a bad constraint after a good name is told apart, with what one looks like.
    static let type = ValueType<BoxReference>(.text("box")) { node, label, scope in
        let scalar: YAMLScalar
        switch scope.read(node) {
        case .failed: return nil
        case .scalar(let read, _) where read.value != .null: scalar = read
        case .scalar, .collection:
            scope.refuse(node, label, expected)
            return nil
        }
        do throws(BoxReference.Mistake) { return try BoxReference(reading: scalar.text) } catch {
            switch error {
            case .name: scope.refuse(node, label, expected)
            case .constraint(let text):
                scope.problems.error(
                    "'\(text)' in '\(label)' is no version constraint", at: node.location, help: constraintHelp)
            }
            return nil
        }
    }

    private static let expected =
        "a box such as debian/12, debian/12@~> 12.0, ./box.tar.zst, https://… or oci:registry/name:tag"
    private static let constraintHelp =
        "comparisons by = != > >= < <= and ~> with commas between them, such as '~> 12.0' or '>= 12.1, < 13'"
}
