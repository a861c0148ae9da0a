import CLibYAML

/// The owner of one libyaml parser: gives the events of a text one by one.
///
/// The parser keeps the address of its input and of itself, so both live on the heap as long as this value does.
@safe struct YAMLParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// Starts on a text; traps where memory is out, as an allocation in Swift does.
    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe event = .allocate(capacity: 1)
        unsafe event.initialize(to: yaml_event_t())
        unsafe parser.initialize(to: yaml_parser_t())
        unsafe input = .allocate(capacity: bytes.count)
        _ = unsafe input.initialize(from: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            preconditionFailure("libyaml has no memory for a parser")
        }
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe event.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; after the end of the stream and after an error there is none to ask for.
    mutating func next() throws(YAMLParserError) -> YAMLEvent {
        guard unsafe yaml_parser_parse(parser, event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(event) }
        let properties = unsafe properties(of: event.pointee)
        return unsafe YAMLEvent(
            kind: kind(of: event.pointee), anchor: properties.anchor, tag: properties.tag,
            start: YAMLMark(event.pointee.start_mark), end: YAMLMark(event.pointee.end_mark))
    }

    private func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: .streamStart
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: unsafe .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: unsafe scalar(event)
        case YAML_SEQUENCE_START_EVENT: .sequenceStart
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT: .mappingStart
        case YAML_MAPPING_END_EVENT: .mappingEnd
        default: .streamEnd  // the only one left: a parse that succeeds gives no YAML_NO_EVENT before the stream's end
        }
    }

    private func scalar(_ event: yaml_event_t) -> YAMLEvent.Kind {
        let scalar = unsafe event.data.scalar
        let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let style: YAMLScalar.Style =
            switch unsafe scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
            case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
            default: .plain
            }
        return unsafe .scalar(String(decoding: bytes, as: UTF8.self), style: style)
    }

    private func properties(of event: yaml_event_t) -> (anchor: String?, tag: String?) {
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            unsafe (Self.text(event.data.scalar.anchor), Self.text(event.data.scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            unsafe (Self.text(event.data.sequence_start.anchor), Self.text(event.data.sequence_start.tag))
        case YAML_MAPPING_START_EVENT:
            unsafe (Self.text(event.data.mapping_start.anchor), Self.text(event.data.mapping_start.tag))
        default: (nil, nil)
        }
    }

    private func failure() -> YAMLParserError {
        let parser = unsafe parser.pointee
        return unsafe YAMLParserError(
            problem: parser.problem.map { unsafe String(cString: $0) } ?? "out of memory",
            place: YAMLMark(parser.problem_mark),
            context: parser.context.map { unsafe String(cString: $0) },
            contextPlace: YAMLMark(parser.context_mark))
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }
}

extension YAMLMark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line), column: Int(mark.column))
    }
}
