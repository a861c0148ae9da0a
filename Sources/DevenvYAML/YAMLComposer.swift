import DevenvDiagnostics

/// Builds the tree of a document out of libyaml's events.
struct YAMLComposer {
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether there was a `<<` that merges something.
    private(set) var sawMerges = false
    private let merging: Bool
    private let source: SourceText
    private let lines: YAMLLineMap
    private var anchors: [String: Anchor] = [:]
    private var open: [YAMLCollection] = []
    private var root: YAMLNode?
    private var size = 0

    /// A node that aliases may name.
    private struct Anchor {
        let node: YAMLNode
        let height: Int
    }

    /// Ends the composition after a report that leaves nothing to go on with.
    private struct Refusal: Error {
        let diagnostic: Diagnostic
    }

    /// Starts on a text; without `merging`, what `<<` names is counted but not merged.
    init(_ source: SourceText, merging: Bool) {
        self.source = source
        self.merging = merging
        lines = YAMLLineMap(source)
    }

    /// The root of the document; nil where there is none or it can't be used.
    mutating func compose() -> YAMLNode? {
        var parser = YAMLParser(source.bytes)
        do throws(Refusal) {
            while try take(try event(of: &parser)) {}
            return root
        } catch {
            diagnostics.append(error.diagnostic)
            return nil
        }
    }

    private func event(of parser: inout YAMLParser) throws(Refusal) -> YAMLEvent {
        do throws(YAMLParserError) {
            return try parser.next()
        } catch {
            throw Refusal(diagnostic: YAMLSyntaxWords.diagnostic(error) { lines.location($0) })
        }
    }

    /// Takes one event in; false at the end of the stream.
    private mutating func take(_ event: YAMLEvent) throws(Refusal) -> Bool {
        let place = lines.location(event.start, to: event.end)
        switch event.kind {
        case .streamEnd: return false
        case .streamStart, .documentEnd: break
        case .documentStart:
            guard root == nil else {
                throw Refusal(
                    diagnostic: .error("a second document starts here, but a file holds only one", at: place))
            }
        case .alias(let name): try add(alias: name, at: place)
        case .scalar(let text, let style): try add(scalar: text, style: style, of: event, at: place)
        case .sequenceStart: try begin(.sequence, event)
        case .mappingStart: try begin(.mapping, event)
        case .sequenceEnd, .mappingEnd:
            guard let done = open.popLast() else { break }
            sawMerges = sawMerges || done.hasMerges
            try add(done.node(merging: merging), height: done.height + 1, anchor: done.anchor)
        }
        return true
    }

    private mutating func begin(_ kind: YAMLCollection.Kind, _ event: YAMLEvent) throws(Refusal) {
        let place = lines.location(event.start)
        try checkDepth(adding: 1, at: place)
        check(tag: event.tag, allowed: kind == .sequence ? ["!append", core("seq")] : [core("map")], at: place)
        // A block collection's first event stands where its first item does; that is the place to point at
        open.append(YAMLCollection(kind, anchor: event.anchor, isAppended: event.tag == "!append", at: place))
    }

    private mutating func add(alias name: String, at place: SourceLocation) throws(Refusal) {
        if let anchor = anchors[name] {
            try checkDepth(adding: anchor.height, at: place)
            try add(anchor.node, height: anchor.height, anchor: nil, aliasedAt: place)
            return
        }
        let isOpen = open.contains { $0.anchor == name }
        let message =
            isOpen ? "the alias '*\(name)' stands within what it names" : "there is no anchor '&\(name)' above"
        diagnostics.append(.error(message, at: place, help: Suggestion.help(for: name, among: anchors.keys)))
        try add(YAMLNode(.scalar(YAMLScalar("", style: .plain)), at: place), height: 0, anchor: nil)
    }

    private mutating func add(
        scalar text: String, style: YAMLScalar.Style, of event: YAMLEvent, at place: SourceLocation
    ) throws(Refusal) {
        var scalar = YAMLScalar(text, style: style)
        if let tag = event.tag {
            if tag == "!" || tag == core("str") { scalar = YAMLScalar(text, style: .quoted) }
            let resolved = core(Self.tagName(of: YAMLScalar(text, style: .plain).value))
            check(tag: tag, allowed: ["!", core("str"), resolved], at: place)
        }
        try add(YAMLNode(.scalar(scalar), at: place), height: 0, anchor: event.anchor)
    }

    /// Puts a finished node where it belongs: into the collection that is open, or at the root.
    private mutating func add(
        _ node: YAMLNode, height: Int, anchor: String?, aliasedAt alias: SourceLocation? = nil
    ) throws(Refusal) {
        if let anchor { anchors[anchor] = Anchor(node: node, height: height) }
        if alias != nil || node.size == 1 {
            let (total, overflow) = size.addingReportingOverflow(node.size)
            guard !overflow, total <= YAMLLimits.nodes else { throw Refusal(diagnostic: tooLarge(at: alias)) }
            size = total
        }
        guard !open.isEmpty else {
            root = node
            return
        }
        open[open.count - 1].add(node, height: height, writtenAt: alias ?? node.location, reporting: &diagnostics)
    }

    private func tooLarge(at place: SourceLocation?) -> Diagnostic {
        .error(
            "the aliases of this file stand for more than \(YAMLLimits.nodes) values", at: place,
            help: "write less with aliases; 'defaults' and 'count' make many machines from few lines")
    }

    private func checkDepth(adding height: Int, at place: SourceLocation) throws(Refusal) {
        guard open.count + height > YAMLLimits.depth else { return }
        throw Refusal(
            diagnostic: .error("lists and maps are nested more than \(YAMLLimits.depth) deep here", at: place))
    }

    private mutating func check(tag: String?, allowed: Set<String>, at place: SourceLocation) {
        guard let tag, !allowed.contains(tag) else { return }
        let short = tag.hasPrefix(core("")) ? "!!" + tag.dropFirst(core("").count) : tag
        let message =
            short == "!append" ? "'!append' is a tag for lists only" : "the tag '\(short)' makes no sense here"
        diagnostics.append(
            .error(message, at: place, help: short == "!append" ? nil : "the only tag of an Envfile is '!append'"))
    }

    private func core(_ name: String) -> String { "tag:yaml.org,2002:" + name }

    private static func tagName(of value: YAMLScalar.Value) -> String {
        switch value {
        case .null: "null"
        case .boolean: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "str"
        }
    }
}
