/// One event of libyaml, copied out of C.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(String, style: YAMLScalar.Style)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    let kind: Kind
    let anchor: String?
    let tag: String?
    let start: YAMLMark
    let end: YAMLMark
}

/// A place as libyaml counts: line and column from 0, the column in Unicode scalars.
struct YAMLMark {
    let line: Int
    let column: Int
}

/// Why libyaml gave up, in its own words.
struct YAMLParserError: Error {
    let problem: String
    let place: YAMLMark
    let context: String?
    let contextPlace: YAMLMark
}
