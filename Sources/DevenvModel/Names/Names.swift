/// A name that is safe as a host name label, a directory name and a part of an interface name:
/// `[a-z0-9][a-z0-9-]*`, at most 63 characters, not ending in a hyphen (RFC 1123, section 2.1).
package protocol LabelName: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible
where RawValue == String {
    /// Takes the text as it is; callers check it with `isValid` first.
    init(unchecked rawValue: String)
}

extension LabelName {
    /// Makes a name, nil where the text is not a valid one.
    package init?(rawValue: String) {
        guard Self.isValid(rawValue) else { return nil }
        self.init(unchecked: rawValue)
    }

    /// Whether the text is a valid name.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count <= 63, let first = bytes.first, let last = bytes.last else { return false }
        let hyphen = UInt8(ascii: "-")
        return first != hyphen && last != hyphen && bytes.allSatisfy { isLabelByte($0) || $0 == hyphen }
    }

    /// The nearest valid name to any text, `fallback` where nothing is left of it: `My Shop!` becomes `my-shop`.
    package static func madeSafe(_ text: String, fallback: String) -> Self {
        var label = ""
        for scalar in text.lowercased().unicodeScalars {
            let isLabel = scalar.isASCII && isLabelByte(UInt8(scalar.value))
            if isLabel { label.unicodeScalars.append(scalar) } else if !label.hasSuffix("-") { label += "-" }
        }
        let trimmed = String(label.drop { $0 == "-" }.prefix(40).reversed().drop { $0 == "-" }.reversed())
        return Self(unchecked: trimmed.isEmpty ? fallback : trimmed)
    }

    /// Orders by text.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    /// The text.
    package var description: String { rawValue }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// The name of one machine of a project, such as `web-1`.
package struct MachineName: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The name of a project.
package struct ProjectName: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The name of a network of a project.
package struct NetworkName: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// The network of machines that name none.
    package static let standard = NetworkName(unchecked: "default")
}

/// The random id of a project, made once and kept in its state: 16 hexadecimal digits.
///
/// Everything that is made in a provider is marked with it, as directories' names collide.
package struct ProjectID: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// The first 8 digits: enough for names of limited length, such as those of network interfaces.
    package var short: String { String(rawValue.prefix(8)) }
}

/// The random id of a machine, made when its creation is first intended: 16 hexadecimal digits.
package struct MachineID: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// The first 8 digits.
    package var short: String { String(rawValue.prefix(8)) }
}

/// The name of a provider, such as `container`; also the key of its options in the Envfile.
package struct ProviderName: LabelName {
    /// The text.
    package let rawValue: String
    /// Takes a text known to be valid.
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}
