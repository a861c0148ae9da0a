/// The UUID of a domain: 32 hexadecimal digits.
package struct DomainID: Hashable, Sendable, Comparable {
    /// The digits, lower-case.
    package let digits: String

    /// Reads 32 hexadecimal digits in either case, hyphens among them or not; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let digits = text.lowercased().filter { $0 != "-" }
        guard digits.utf8.count == 32, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        self.digits = digits
    }

    /// The form that stands in XML: groups of 8, 4, 4, 4 and 12 digits.
    package var uuid: String {
        var rest = Substring(digits)
        return [8, 4, 4, 4, 12].map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }.joined(separator: "-")
    }

    /// Orders by the digits.
    package static func < (left: DomainID, right: DomainID) -> Bool { left.digits < right.digits }
}

extension DomainID: CustomStringConvertible {
    /// The form that stands in XML.
    package var description: String { uuid }
}
