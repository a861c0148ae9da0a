import DevenvEnvfile
import DevenvModel

/// The manual page of the Envfile, made from what decodes it.
struct EnvfilePage {
    private let schema: EnvfileSchema
    private var page = Mdoc("envfile", section: 5)
    /// Maps that have a section of their own, with the places where they stand.
    private var sections: [(places: [String], keys: [KeyDescription])] = []

    /// The page, with the options of the providers and provisioners that there are.
    static func page(_ schema: EnvfileSchema) -> ManualPage {
        var page = EnvfilePage(schema: schema)
        page.write()
        return ManualPage(reference: ManualReference(name: "envfile", section: 5), text: page.page.text)
    }

    private init(schema: EnvfileSchema) { self.schema = schema }

    private mutating func write() {
        page.name("envfile", "the machines of a project, for devenv")
        page.section("DESCRIPTION")
        page.prose(Self.introduction)
        page.section("Keys at the top")
        writeKeys(EnvfileKeys.descriptions)
        for key in EnvfileKeys.descriptions { collect(key.shape, at: key.name) }
        for section in sections {
            page.section("Keys of \(section.places.joined(separator: ", "))")
            writeKeys(section.keys)
        }
        page.section("EXAMPLES")
        page.commands(Self.example.split(separator: "\n").map(String.init))
        let commands = ["devenv", "devenv-validate", "devenv-schema", "devenv-init"]
        page.seeAlso(commands.map { ManualReference(name: $0, section: 1) })
    }

    private mutating func writeKeys(_ keys: [KeyDescription]) {
        page.terms(
            keys.map { key in
                (Self.term(key), key.isRequired ? "\(key.summary); must be there" : key.summary)
            })
    }

    /// Notes the maps that a value holds; the same one in several places is written once.
    private mutating func collect(_ shape: Shape, at place: String) {
        switch shape {
        case .object(let keys, let others):
            let place = others == .providers ? "machine" : place
            let keys = keys + further(others)
            if let known = sections.firstIndex(where: { $0.keys == keys }) {
                if !sections[known].places.contains(place) { sections[known].places.append(place) }
                return
            }
            sections.append(([place], keys))
            for key in keys { collect(key.shape, at: "\(place).\(key.name)") }
        case .list(let item), .map(let item): collect(item, at: place)
        case .either(let shapes): for shape in shapes { collect(shape, at: place) }
        case .boolean, .integer, .text, .choice, .open: break
        }
    }

    /// Keys whose names are those of providers or provisioners.
    private func further(_ others: Shape.OtherKeys) -> [KeyDescription] {
        let (shapes, summary) =
            switch others {
            case .none, .ignored: ([String: Shape](), "")
            case .providers: (schema.providers, "options of this provider")
            case .provisioner: (schema.provisioners, "what is to be done; one item has one provisioner")
            }
        return shapes.sorted { $0.key < $1.key }.map { KeyDescription(name: $0.key, summary: summary, shape: $0.value) }
    }

    private static func term(_ key: KeyDescription) -> String {
        "Ic \(Mdoc.argument(key.name)) : \(value(key.shape))"
    }

    /// What a value looks like, as arguments of a macro.
    private static func value(_ shape: Shape) -> String {
        switch shape {
        case .boolean: "Cm true | Cm false"
        case .integer(let range):
            range.upperBound == .max ? "Ar number" : "Ar \(range.lowerBound)\\(en\(range.upperBound)"
        case .text(let format): "Ar \(Mdoc.argument(format.name))"
        case .choice(let words): words.map { "Cm \(Mdoc.argument($0))" }.joined(separator: " | ")
        case .list(let item): "Bo \(value(item)) , ... Bc"
        case .map(let item): "No name : \(value(item))"
        case .object: "Ar map"
        case .either(let shapes): shapes.map(value).uniqued().joined(separator: " | ")
        case .open: "Ar value"
        }
    }
}

extension EnvfilePage {
    private static let introduction = """
        An Envfile says which machines a project has, in YAML 1.2. It is called `Envfile`, `Envfile.yaml` or `Envfile.yml`, and is searched for from the working directory upwards. `Envfile.local.yaml` beside it, where there is one, is laid over it: maps are merged key by key, all else is replaced, and a list that is tagged `!append` is added.
        A size has a unit, such as `512MiB` or `20GB`; a duration too, such as `500ms`, `30s` or `5m`. Relative paths start at the Envfile's directory. Keys at the top that begin with `x-` are ignored.
        In values, but not in scripts, `${env.NAME}`, `${env.NAME:-text}`, `${var.NAME}`, `${machine.name}`, `${machine.index}`, `${machine.ip}`, `${project.name}` and `${project.dir}` are replaced; `$${` stands for `${`.
        'devenv validate' says all that is wrong with an Envfile, 'devenv schema' prints its JSON Schema.
        """

    private static let example = """
        version: 1
        defaults: { box: debian/12, memory: 512MiB }
        machines:
          db:
            provision:
              - shell: { path: scripts/postgres.sh }
            ready: [{ tcp: 5432 }]
          web:
            count: 2
            depends_on: { db: ready }
            forward: ["808${machine.index}:80"]
            sync: [.:/srv/app]
        """
}
