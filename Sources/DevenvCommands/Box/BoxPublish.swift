import ArgumentParser
import DevenvBoxes
import DevenvCatalogs
import DevenvCrypto
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import Synchronization
import SystemPackage

extension Devenv.Box {
    /// `devenv box publish`.
    struct Publish: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a box into a catalog.",
            usage: "devenv box publish <box> --to <catalog> [<options>]",
            discussion: """
                The catalog is a directory, which is made where it is missing: for any web server, a share or a git repository. \
                Vagrant can read it too. Of a name that stands for several versions the highest is published, in every \
                format that there is.
                """)
        static let speaksInLines = true

        @Argument(help: ArgumentHelp("The box, with a version behind '@' or not.", valueName: "box"))
        var box: String
        @Option(
            name: .customLong("to"),
            help: ArgumentHelp("The catalog's directory, or oci:REGISTRY/NAMESPACE.", valueName: "catalog"),
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
            help: ArgumentHelp("Only the image of this format: directories or qcow2.", valueName: "format"))
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
            var options = DirectoryPublisher.Options()
            options.key = key.map(context.absolute)
            options.url = url
            options.replacing = force
            let publisher = DirectoryPublisher(directory: try directory(context), runner: components.runner)
            var lines: [PublicationObject] = []
            for record in records {
                let box = try published(record, components.boxes)
                let display = PackDisplay("\(box.name) \(box.version)", output, context)
                let publication = try await publisher.publish(box, options, progress: { display.show($0) })
                display.end()
                say(publication, box, context)
                lines.append(PublicationObject(box, publication))
            }
            if output.json { context.console.answer(try JSONText.line(PublishLine(published: lines))) }
            return .done
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

        private func published(_ record: BoxRecord, _ store: BoxStore) throws -> PublishedBox {
            let attempt = "publishing the box '\(record.name)'"
            guard let text = boxVersion ?? record.version, let version = BoxVersion(parsing: text) else {
                throw CommandFailure.failed(
                    boxVersion.map { "\(attempt): '\($0)' can't be the version of a box" }
                        ?? "\(attempt): it has no version",
                    help: "give it one with --box-version, such as 1.0.0")
            }
            let name = newName ?? record.name
            guard BoxReference.isName(name) else { throw CommandFailure.usage("'\(name)' can't be the name of a box") }
            let image = try store.image(withDigest: record.digest, name: record.name)
            guard image.layers.count == 1, let layer = image.layers.first else {
                throw CommandFailure.failed(
                    "\(attempt): it has \(image.layers.count) parts, and a catalog takes boxes of one disk or one tree")
            }
            return PublishedBox(
                name: name, version: version, format: record.format, architecture: record.architecture,
                digest: record.digest, user: record.user, hasKnownKey: record.hasKnownKey, image: layer,
                virtualBytes: record.image.virtualBytes)
        }

        private func say(_ publication: Publication, _ box: PublishedBox, _ context: CommandContext) {
            guard !output.quiet, !output.json else { return }
            let size = ByteCount(bytes: publication.size)
            let signed = publication.key.map { ", signed with \($0.fingerprint)" } ?? ""
            context.console.say(
                publication.isNew
                    ? "Published \(box.name) \(box.version) (\(box.format.rawValue)): \(size)\(signed)\n"
                    : "\(box.name) \(box.version) (\(box.format.rawValue)) is there already\(signed)\n")
        }
    }
}

/// The last line of `box publish --json`.
private struct PublishLine: Encodable {
    let schema = JSONText.schema
    let event = "result"
    let status = ExitStatus.done.word
    let exitCode = Int(ExitStatus.done.code)
    let published: [PublicationObject]

    private enum CodingKeys: String, CodingKey { case schema, event, status, exitCode, published }
}

/// A box in a catalog.
private struct PublicationObject: Encodable {
    let name: String
    let version: String
    let format: String
    let file: String
    let checksum: String
    let bytes: Int64
    let isNew: Bool
    let key: String?

    init(_ box: PublishedBox, _ publication: Publication) {
        name = box.name
        version = box.version.text
        format = box.format.rawValue
        file = publication.file.string
        checksum = publication.checksum.description
        bytes = publication.size
        isNew = publication.isNew
        key = publication.key?.description
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
