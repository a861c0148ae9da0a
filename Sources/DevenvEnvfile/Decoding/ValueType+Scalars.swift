import DevenvDiagnostics
import DevenvModel
import DevenvYAML
import SystemPackage

extension ValueType where Value == Bool {
    /// `true` or `false`.
    static var boolean: ValueType {
        ValueType(.boolean) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, _):
                if case .boolean(let flag) = scalar.value { return flag }
            case .collection: break
            }
            scope.refuse(node, label, "true or false")
            return nil
        }
    }
}

extension ValueType where Value == Int {
    /// A whole number within a range.
    static func integer(_ range: ClosedRange<Int>) -> ValueType {
        ValueType(.integer(range)) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, _):
                if case .integer(let number) = scalar.value, range.contains(number) { return number }
            case .collection: break
            }
            scope.refuse(node, label, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
    }
}

extension ValueType where Value == UInt16 {
    /// A port.
    static var port: ValueType {
        ValueType<Int>.integer(1...65_535).then { number, _, _ in UInt16(number) }
    }
}

extension ValueType where Value == String {
    /// A text. A number or a boolean is none, so that `1.20` can't silently become `1.2`.
    static var text: ValueType {
        ValueType(.text(.text)) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, let isComputed):
                if case .string(let text) = scalar.value { return text }
                if isComputed { return scalar.text }
            case .collection: break
            }
            scope.refuse(node, label, "a text", help: node.isNull ? nil : "put it in quotes")
            return nil
        }
    }

    /// A text that is not interpolated: a script of the guest's.
    static var script: ValueType {
        ValueType(.text(TextFormat("script", takesScalars: false))) { node, label, scope in
            if case .scalar(let scalar) = node.content, case .string(let text) = scalar.value { return text }
            scope.refuse(node, label, "a command")
            return nil
        }
    }

    /// Any scalar as the text that was written.
    static var anyScalar: ValueType {
        ValueType(.text("scalar")) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, _): return scalar.value == .null ? "" : scalar.text
            case .collection:
                scope.refuse(node, label, "a text, a number or a boolean")
                return nil
            }
        }
    }

    /// A host name of one or more labels (RFC 1123, section 2.1).
    static var hostname: ValueType {
        parsed("a host name of letters, digits, hyphens and dots", format: .hostname) { text in
            let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            return text.utf8.count <= 253 && labels.allSatisfy { MachineName.isValid(String($0)) } ? text : nil
        }
    }
}

extension ValueType where Value: LabelName {
    /// A name of lower-case letters, digits and hyphens.
    static var label: ValueType {
        parsed(LabelWords.expected, format: .label) { Value(rawValue: $0) }
    }
}

/// What names look like, in the words of the messages.
enum LabelWords {
    static let expected =
        "a name of lower-case letters, digits and hyphens, at most 63 of them, without a hyphen at either end"
}

extension ValueType where Value == ByteCount {
    /// A size with its unit.
    static var size: ValueType {
        parsed("a size such as 512MiB (KiB, MiB, GiB, TiB, KB, MB, GB or TB)", format: .size) {
            ByteCount(parsing: $0)
        }
    }
}

extension ValueType where Value == Duration {
    /// A duration with its unit.
    static var duration: ValueType {
        parsed("a duration such as 30s (ms, s, m or h)", format: .duration) { Duration(parsing: $0) }
    }
}

extension ValueType where Value == IPv4Address {
    /// An IPv4 address.
    static var address: ValueType {
        parsed("an IPv4 address such as 10.60.0.10", format: .ipv4) { IPv4Address($0) }
    }
}

extension ValueType where Value == MACAddress {
    /// A MAC address.
    static var mac: ValueType {
        parsed("a MAC address such as 02:dd:0a:3c:00:0a", format: .mac) { MACAddress($0) }
    }
}

extension ValueType where Value == FilePath {
    /// A path of the host, made absolute.
    static var hostPath: ValueType {
        ValueType<String>.parsed("a path", format: "path") { $0.isEmpty || $0.contains("\0") ? nil : $0 }
            .then { text, _, scope in scope.hostPath(text) }
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static var choice: ValueType {
        let words = Value.allCases.map(\.rawValue)
        return ValueType(.choice(words)) { node, label, scope in
            switch scope.read(node) {
            case .failed: return nil
            case .scalar(let scalar, _):
                if let choice = Value(rawValue: scalar.text) { return choice }
                scope.problems.unknown(
                    "'\(label)' has no value '\(scalar.text)'", word: scalar.text, among: words, set: label,
                    at: node.location)
            case .collection: scope.refuse(node, label, "one of \(words.joined(separator: ", "))")
            }
            return nil
        }
    }
}
