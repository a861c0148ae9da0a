import DevenvModel

/// `hooks`: commands of this host, by the moment and by what they go with.
enum HookKeys {
    typealias Scripts = [HostHook.Occasion: [String]]

    static let type: ValueType<[HostHook]> = ValueType<Draft>.object(table, Draft()).then { draft, _, _ in
        hooks(.before, draft.before) + hooks(.after, draft.after)
    }

    struct Draft: Sendable {
        var before: Scripts = [:]
        var after: Scripts = [:]
    }

    static let table = KeyTable<Draft>(
        "'hooks'",
        [
            Key("before", \.before, scripts, "run before anything is done; where one fails, nothing is"),
            Key("after", \.after, scripts, "run after everything went well"),
        ])

    private static let scripts = ValueType<Scripts>.object(
        KeyTable<Scripts>(
            "a moment of 'hooks'",
            [
                Key("up", \.[.up], script, "with 'devenv up', where it has something to do"),
                Key("halt", \.[.halt], script, "with 'devenv halt'"),
                Key("destroy", \.[.destroy], script, "with 'devenv destroy'"),
                Key("provision", \.[.provision], script, "with 'devenv provision'"),
            ]), [:])

    private static let script = ValueType<String>.script.oneOrMore

    private static func hooks(_ moment: HostHook.Moment, _ scripts: Scripts) -> [HostHook] {
        HostHook.Occasion.allCases.flatMap { occasion in
            (scripts[occasion] ?? []).map { HostHook(moment, occasion, $0) }
        }
    }
}
