/// A manual page in the mdoc language, which mandoc and groff read.
struct Mdoc {
    /// The source, line by line.
    private(set) var text: String

    /// Begins a page.
    init(_ title: String, section: Int) {
        text = ".Dd \(Version.date)\n.Dt \(title.uppercased()) \(section)\n.Os devenv \(Version.current)\n"
    }

    /// A macro, as it stands; its arguments are made with `argument` where they are not known.
    mutating func macro(_ line: String) { text += ".\(line)\n" }

    /// A section's title. Those that every manual has are in capitals.
    mutating func section(_ title: String) { macro("Sh \(title)") }

    /// A part of a section.
    mutating func part(_ title: String) { macro("Ss \(Self.argument(title))") }

    /// The page's first section.
    mutating func name(_ name: String, _ summary: String) {
        section("NAME")
        macro("Nm \(name)")
        macro("Nd \(Self.inline(summary.hasSuffix(".") ? String(summary.dropLast()) : summary))")
    }

    /// Prose; what stands in backticks is shown as it is typed. Each line is a paragraph.
    mutating func prose(_ prose: String) {
        let paragraphs = prose.split(separator: "\n")
        for (number, paragraph) in paragraphs.enumerated() {
            if number > 0 { macro("Pp") }
            text += Self.inline(String(paragraph)) + "\n"
        }
    }

    /// A list of terms, each given as a macro, with what they mean.
    mutating func terms(_ items: [(term: String, meaning: String)]) {
        macro("Bl -tag -width Ds")
        for item in items {
            macro("It \(item.term)")
            prose(item.meaning)
        }
        macro("El")
    }

    /// Commands to type.
    mutating func commands(_ lines: [String]) {
        macro("Bd -literal -offset indent")
        for line in lines { text += Self.escape(line, hyphens: "\\-") + "\n" }
        macro("Ed")
    }

    /// Other pages.
    mutating func seeAlso(_ pages: [ManualReference]) {
        section("SEE ALSO")
        let sorted = pages.sorted { ($0.section, $0.name) < ($1.section, $1.name) }
        for (number, page) in sorted.enumerated() { macro(page.macro + (number + 1 < sorted.count ? " ," : "")) }
    }

    /// A word that no macro takes for another macro, for punctuation or for several words.
    static func argument(_ word: String) -> String {
        let escaped = escape(word, hyphens: "\\-")
        let quoted = escaped.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\(dq")
        return quoted.contains(" ") ? "\"\(quoted)\"" : "\\&\(quoted)"
    }

    /// Text with what stands in backticks in bold, unbroken. A sentence begins on a line of its own.
    static func inline(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { number, part in
            guard number.isMultiple(of: 2) else {
                return "\\fB\(part.split(separator: " ").map(typed).joined(separator: " "))\\fP"
            }
            let sentences = part.replacing(". ", with: ".\n").split(separator: "\n", omittingEmptySubsequences: false)
            return sentences.map { escape(String($0), hyphens: "-") }.joined(separator: "\n")
        }.joined()
    }

    private static func typed(_ word: Substring) -> String { "\\%" + escape(String(word), hyphens: "\\-") }

    /// Text that means nothing to roff. A hyphen in prose may become a typographic one; one that is typed must not, and `--` is.
    private static func escape(_ text: String, hyphens: String) -> String {
        var result = ""
        var previous: Character = " "
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += previous == " " || previous == "-" ? "\\-" : hyphens
            case "'": result += "\\(aq"
            case "~": result += "\\(ti"
            case "^": result += "\\(ha"
            case "`": result += "\\(ga"
            case "." where result.isEmpty: result += "\\&."
            default:
                for scalar in character.unicodeScalars {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result +=
                        scalar.isASCII
                        ? String(scalar) : "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
                }
            }
            previous = character
        }
        return result
    }
}

/// Another page of the manual.
struct ManualReference: Hashable {
    let name: String
    let section: Int

    /// How mdoc refers to it.
    var macro: String { "Xr \(name) \(section)" }
}
