import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvCrypto
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import Synchronization
import SystemPackage

extension Devenv.Box {
    /// `devenv box publish`.
    struct Publish: DevenvCommand {
        static let configuration = CommandConfiguration(
            commandName: "publish",
            abstract: "Put a box into a catalog.",
            usage: "devenv box publish <box> --to <catalog> [<options>]",
            discussion: """
                The catalog is a directory, which is made where it is missing: for any web server, a share or a git repository. \
                Vagrant can read it too. Or it is a namespace of a registry of container images. Of a name that stands for several versions the highest is published, in every \
                format that there is.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The box, with a version behind '@' or not.", valueName: "box"))
        var box: String
        @Option(
            name: .customLong("to"),
            help: ArgumentHelp("The catalog's directory, or oci://REGISTRY/NAMESPACE.", valueName: "catalog"),
            completion: .directory)
        var catalog: String
        @Option(name: .customLong("as"), help: ArgumentHelp("What it is called there.", valueName: "name"))
        var newName: String?
        @Option(
            name: .customLong("box-version"),
            help: ArgumentHelp("Its version there (default: that which it has here).", valueName: "version"))
        var boxVersion: String?
        @Option(
            name: .long,
            help: ArgumentHelp("Only the image of this format: directories, qcow2 or ovf.", valueName: "format"))
        var format: BoxImage.Format?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Sign with this SSH key; its public half is the catalog's key from then on.", valueName: "file"),
            completion: .file())
        var key: String?
        @Option(
            name: .long, help: ArgumentHelp("Where the catalog is served, for Vagrant's users.", valueName: "address"))
        var url: String?
        @Flag(name: .long, help: "Speak to the registry without a certificate that this host trusts.")
        var insecure = false
        @Flag(name: [.customShort("f"), .long], help: "Replace another image of this name and version.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            if isForRegistry { return try await publishInRegistry(context) }
            let components = context.makeComponents()
            let records = try chosen(from: try components.boxes.list())
            let options = options(context)
            let publisher = DirectoryPublisher(directory: try directory(context), runner: components.runner)
            var published: [PublicationObject] = []
            for record in records {
                let (box, publication) = try await withBox(record, components.boxes) { box, _ in
                    let display = PackDisplay("\(box.name) \(box.version)", output, context)
                    defer { display.end() }
                    return (box, try await publisher.publish(box, options, progress: { display.show($0) }))
                }
                say(box, isNew: publication.isNew, size: publication.size, key: publication.key, context)
                published.append(PublicationObject(box, publication))
            }
            if output.json { context.console.answer(try JSONText.line(DoneLine(["published": published]))) }
            return .done
        }

        func options(_ context: CommandContext) -> PublishingOptions {
            var options = PublishingOptions()
            options.key = key.map(context.absolute)
            options.url = url
            options.replacing = force
            return options
        }

        private func directory(_ context: CommandContext) throws -> FilePath {
            guard !catalog.contains("://") || catalog.hasPrefix("file:///") else {
                throw CommandFailure.usage(
                    "'\(catalog)' is not a directory of this host",
                    help: "publish into the directory that is served there")
            }
            return catalog.hasPrefix("file://") ? FilePath(String(catalog.dropFirst(7))) : context.absolute(catalog)
        }

        /// The highest version of each format and processor.
        func chosen(from all: [BoxRecord]) throws -> [BoxRecord] {
            guard case .named(let name, let constraint)? = BoxReference(parsing: box) else {
                throw CommandFailure.usage("'\(box)' is no name of a box")
            }
            var best: [[String?]: BoxRecord] = [:]
            for record in all where record.name == name && (format == nil || format == record.format) {
                let version = record.version.flatMap(BoxVersion.init(parsing:))
                if let constraint, version.map(constraint.admits) != true { continue }
                let key = [record.format.rawValue, record.architecture]
                let other = best[key]?.version.flatMap(BoxVersion.init(parsing:))
                if best[key] == nil || other.map({ other in version.map { other < $0 } ?? false }) ?? true {
                    best[key] = record
                }
            }
            guard !best.isEmpty else {
                throw CommandFailure.failed(
                    "publishing the box '\(box)': it is not in the store",
                    help: "run 'devenv box list' to see what is there")
            }
            return best.values.sorted {
                ($0.format.rawValue, $0.architecture ?? "") < ($1.format.rawValue, $1.architecture ?? "")
            }
        }

        /// Runs `body` with a box as it is published; one in layers is made one tree for that long.
        func withBox<Value: Sendable>(
            _ record: BoxRecord, _ store: BoxStore, _ body: (PublishedBox, FlatTree?) async throws -> Value
        ) async throws -> Value {
            let attempt = "publishing the box '\(record.name)'"
            guard let text = boxVersion ?? record.version, let version = BoxVersion(parsing: text) else {
                throw CommandFailure.failed(
                    boxVersion.map { "\(attempt): '\($0)' can't be the version of a box" }
                        ?? "\(attempt): it has no version",
                    help: "give it one with --box-version, such as 1.0.0")
            }
            let name = newName ?? record.name
            guard BoxReference.isName(name) else { throw CommandFailure.usage("'\(name)' can't be the name of a box") }
            let result: Result<Value, any Error> = try await store.withFlatTree(of: record, attempt) { flat in
                do {
                    let box = try PublishedBox(record, as: name, version, flat: flat, of: store)
                    return .success(try await body(box, flat))
                } catch { return .failure(error) }
            }
            return try result.get()
        }

        func say(_ box: PublishedBox, isNew: Bool, size: Int64, key: PublicKey?, _ context: CommandContext) {
            guard !output.quiet, !output.json else { return }
            let size = ByteCount(bytes: size)
            let signed = key.map { ", signed with \($0.fingerprint)" } ?? ""
            if isNew, box.loginKey != nil {
                context.console.say("The key that \(box.name) lets in goes with it: whoever has the box has the key.\n")
            }
            context.console.say(
                isNew
                    ? "Published \(box.name) \(box.version) (\(box.format.rawValue)): \(size)\(signed)\n"
                    : "\(box.name) \(box.version) (\(box.format.rawValue)) is there already\(signed)\n")
        }
    }
}

/// A box in a catalog.
struct PublicationObject: Encodable {
    let name: String
    let version: String
    let format: String
    let digest: String
    /// Of a catalog that is a directory.
    var file: String?
    var checksum: String?
    /// Of one in a registry.
    var reference: String?
    let bytes: Int64
    let isNew: Bool
    let key: String?

    init(_ box: PublishedBox, _ publication: Publication) {
        self.init(box, bytes: publication.size, isNew: publication.isNew, key: publication.key)
        file = publication.file.string
        checksum = publication.checksum.description
    }

    init(_ box: PublishedBox, _ publication: RegistryPublisher.Publication) {
        self.init(box, bytes: publication.size, isNew: publication.isNew, key: publication.key)
        reference = publication.place
    }

    private init(_ box: PublishedBox, bytes: Int64, isNew: Bool, key: PublicKey?) {
        name = box.name
        version = box.version.text
        format = box.format.rawValue
        digest = box.digest
        self.bytes = bytes
        self.isNew = isNew
        self.key = key?.description
    }
}

/// Shows on a terminal how much of a box has been packed.
private final class PackDisplay: Sendable {
    private let console: Console
    private let subject: String
    private let isShown: Bool
    private let shown = Mutex<(time: ContinuousClock.Instant, isPainted: Bool)>((.now, false))

    init(_ subject: String, _ output: OutputOptions, _ context: CommandContext) {
        self.subject = subject
        console = context.console
        isShown = console.messages.isTerminal && !output.quiet && !output.json
    }

    func show(_ bytes: Int64) {
        guard isShown else { return }
        shown.withLock { shown in
            guard ContinuousClock.now - shown.time >= .milliseconds(200) else { return }
            console.say("\r\u{1B}[K\(subject): packed \(DownloadText.size(bytes))")
            shown = (.now, true)
        }
    }

    func end() {
        shown.withLock { shown in
            if shown.isPainted { console.say("\r\u{1B}[K") }
            shown.isPainted = false
        }
    }
}
