import DevenvDiagnostics

/// What libyaml's complaints mean, in the words of someone who writes a file rather than a parser.
enum YAMLSyntaxWords {
    /// Which of the two places of a complaint the reader should look at.
    private enum Place { case problem, context }

    private struct Wording {
        let message: String
        let help: String?
        let place: Place

        init(_ message: String, help: String? = nil, at place: Place = .problem) {
            self.message = message
            self.help = help
            self.place = place
        }
    }

    /// The diagnostic for a complaint.
    static func diagnostic(_ error: YAMLParserError, _ locate: (YAMLMark) -> SourceLocation) -> Diagnostic {
        let isTab = locate(error.place).character == "\t"
        guard let wording = isTab ? tab : wordings[error.problem] else {
            return .error(
                "this is not valid YAML: \(error.problem)", at: locate(error.place), notes: notes(error, locate))
        }
        switch wording.place {
        case .problem:
            return .error(wording.message, at: locate(error.place), help: wording.help, notes: notes(error, locate))
        case .context:
            return .error(wording.message, at: locate(error.contextPlace), help: wording.help)
        }
    }

    /// "while parsing a block mapping" tells where the construct that went wrong began; worth a note on another line only.
    private static func notes(_ error: YAMLParserError, _ locate: (YAMLMark) -> SourceLocation) -> [Diagnostic.Note] {
        guard let context = error.context, let construct = constructs[context],
            error.contextPlace.line != error.place.line
        else { return [] }
        return [Diagnostic.Note("\(construct) starts here", at: locate(error.contextPlace))]
    }

    private static let constructs = [
        "while parsing a block mapping": "the map", "while parsing a flow mapping": "the map",
        "while parsing a block collection": "the list", "while parsing a flow sequence": "the list",
    ]

    /// `{cpus: ${env.CPUS}}` is the way that this is met most often.
    private static let inFlow = "within [] and {}, put a text that holds one of '[]{},' in quotes"

    private static let tab = Wording("a tab cannot indent YAML", help: "use spaces for indentation")

    private static let wordings: [String: Wording] = [
        "mapping values are not allowed in this context": Wording(
            "a ':' makes no sense here",
            help: "check the indentation, or put a text that holds ': ' in quotes"),
        "could not find expected ':'": Wording(
            "this line is no 'key: value'", help: "add the missing ':', or check the indentation", at: .context),
        "did not find expected key": Wording(
            "a key of the map was expected here", help: "check the indentation of this line and the quotes before it"),
        "did not find expected '-' indicator": Wording(
            "another '- ' item of the list was expected here", help: "check the indentation of this line"),
        "block sequence entries are not allowed in this context": Wording(
            "a '- ' item makes no sense here", help: "start the list on a line of its own"),
        "block mapping entries are not allowed in this context": Wording("a key makes no sense here"),
        "mapping keys are not allowed in this context": Wording("a key makes no sense here"),
        "did not find expected ',' or ']'": Wording(
            "a ',' or the ']' that ends the list was expected here", help: inFlow),
        "did not find expected ',' or '}'": Wording(
            "a ',' or the '}' that ends the map was expected here", help: inFlow),
        "found character that cannot start any token": Wording(
            "a value cannot start with this character", help: "put a text that starts with '@', '`' or '%' in quotes"),
        "found a tab character that violates indentation": tab,
        "found a tab character where an indentation space is expected": tab,
        "found unexpected end of stream": Wording("the closing quote of this text is missing", at: .context),
        "found unexpected document indicator": Wording("the closing quote of this text is missing", at: .context),
        "found unknown escape character": Wording(
            "this is no escape that a text in \"double quotes\" knows",
            help: "write '\\\\' for a backslash, or use 'single quotes'"),
        "did not find expected hexdecimal number": Wording("hexadecimal digits were expected after this escape"),
        "did not find expected alphabetic or numeric character": Wording(
            "a name was expected after '*' or '&'", help: "put a text that starts with '*' or '&' in quotes"),
        "did not find expected node content": Wording("a value was expected here"),
        "did not find expected <document start>": Wording("the document has already ended before this"),
        "found undefined tag handle": Wording("this tag is unknown", help: "the only tag of an Envfile is '!append'"),
        "did not find expected whitespace or line break": Wording("a space was expected here"),
        "did not find expected comment or line break": Wording("nothing more was expected on this line"),
        "found extra '%' directive": Wording("this directive is written twice"),
        "control characters are not allowed": Wording("this control character is not allowed in YAML"),
    ]
}

extension SourceLocation {
    /// The character at the place, nil at the end of a line.
    fileprivate var character: Unicode.Scalar? {
        source.line(line).flatMap { $0.unicodeScalars.dropFirst(column - 1).first }
    }
}
