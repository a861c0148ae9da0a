import DevenvPluginAPI

/// Something that `doctor` looked at.
struct ExaminedSubject: Sendable {
    let name: String
    let findings: [Finding]

    init(_ name: String, _ findings: [Finding]) {
        self.name = name
        self.findings = findings
    }
}

/// What `doctor` found, as people read it.
enum DoctorText {
    /// Each finding on a line, what mends it below; a quiet one leaves out what is well.
    static func render(
        _ subjects: [ExaminedSubject], isUsable: Bool, _ surface: Console.Surface, isQuiet: Bool
    ) -> String {
        let sections = subjects.map { subject in
            let findings = subject.findings.filter { !isQuiet || $0.severity != .fine }
            guard !findings.isEmpty else { return "" }
            return surface.style.paint(subject.name, .strong) + "\n" + findings.map { line($0, surface) }.joined()
                + "\n"
        }
        let verdict =
            isUsable
            ? surface.style.paint("This host can run machines.", .good)
            : surface.style.paint("No provider can be used on this host.", .bad)
        return sections.joined() + verdict + "\n"
    }

    private static func line(_ finding: Finding, _ surface: Console.Surface) -> String {
        let (mark, meaning): (String, TextStyle.Meaning) =
            switch finding.severity {
            case .fine: (surface.isUnicode ? "✔" : "ok  ", .good)
            case .warning: (surface.isUnicode ? "!" : "warn", .notable)
            case .problem: (surface.isUnicode ? "✘" : "FAIL", .bad)
            }
        let indent = String(repeating: " ", count: 2 + DisplayWidth.of(mark) + 1)
        let cure = finding.cure.map { "\(indent)\(surface.style.paint("help", .help)): \($0)\n" } ?? ""
        return "  \(surface.style.paint(mark, meaning)) \(finding.message)\n\(cure)"
    }
}

/// The answer of `doctor --json`.
struct DoctorDocument: Encodable {
    /// A subject.
    struct Subject: Encodable {
        let name: String
        let findings: [Entry]
    }

    /// A finding.
    struct Entry: Encodable {
        let severity: String
        let message: String
        let cure: String?
    }

    let schema = JSONText.schema
    let usable: Bool
    let subjects: [Subject]

    init(isUsable: Bool, _ subjects: [ExaminedSubject]) {
        usable = isUsable
        self.subjects = subjects.map { subject in
            let entries = subject.findings.map {
                Entry(severity: $0.severity.rawValue, message: $0.message, cure: $0.cure)
            }
            return Subject(name: subject.name, findings: entries)
        }
    }

    private enum CodingKeys: String, CodingKey { case schema, usable, subjects }
}
