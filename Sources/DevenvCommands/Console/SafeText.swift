/// Text that other programs wrote, made safe to show: nothing in it moves the cursor, rings or recolours.
package enum SafeText {
    /// The text without escape sequences (ECMA-48), other control characters but tab replaced by U+FFFD.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\u{1B}" || scalar == "\u{9B}" {
                if !skipSequence(&scalars, isControlSequence: scalar == "\u{9B}") { result.append("\u{FFFD}") }
            } else {
                result.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    /// The text on one line of a terminal: clean, with blanks in place of tabs.
    package static func singleLine(_ text: String) -> String {
        String(clean(text).map { $0 == "\t" ? " " : $0 })
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" { return false }
        // C0, DEL, C1, and the marks that turn the direction of text around
        return scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    /// Takes the rest of a sequence off; false where it is none.
    private static func skipSequence(_ scalars: inout Substring.UnicodeScalarView, isControlSequence: Bool) -> Bool {
        if isControlSequence { return skip(&scalars, parameters: 0x20...0x3F, final: 0x40...0x7E) }
        guard let kind = scalars.first else { return false }
        switch kind {
        case "[":
            scalars.removeFirst()
            return skip(&scalars, parameters: 0x20...0x3F, final: 0x40...0x7E)
        case "]", "P", "X", "^", "_":
            scalars.removeFirst()
            return skipString(&scalars)
        default: return skip(&scalars, parameters: 0x20...0x2F, final: 0x30...0x7E)
        }
    }

    private static func skip(
        _ scalars: inout Substring.UnicodeScalarView, parameters: ClosedRange<UInt32>, final: ClosedRange<UInt32>
    ) -> Bool {
        while let next = scalars.first {
            guard parameters.contains(next.value) else {
                guard final.contains(next.value) else { return false }
                scalars.removeFirst()
                return true
            }
            scalars.removeFirst()
        }
        return true  // cut off at the end of the text
    }

    /// A command string ends at BEL or at ESC \.
    private static func skipString(_ scalars: inout Substring.UnicodeScalarView) -> Bool {
        while let next = scalars.popFirst() {
            if next == "\u{7}" || next == "\u{9C}" { return true }
            if next == "\u{1B}" {
                if scalars.first == "\\" { scalars.removeFirst() }
                return true
            }
        }
        return true
    }
}
