import DevenvBoxes
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import SystemPackage

extension Devenv.Box.Publish {
    /// Whether the catalog is a registry of container images.
    var isForRegistry: Bool { ImageReference.isMeant(by: catalog) }

    /// Publishes one box as `REGISTRY/NAMESPACE/NAME:VERSION`.
    func publishInRegistry(_ context: CommandContext) async throws -> ExitStatus {
        guard key == nil, url == nil else {
            throw CommandFailure.usage("--key and --url are for catalogs that are directories")
        }
        let components = context.makeComponents()
        let records = try chosen(from: try components.boxes.list())
        guard let record = records.first, records.count == 1 else {
            throw CommandFailure.usage(
                "'\(box)' stands for \(records.count) boxes, and a tag of a registry for one",
                help: "say which with --format, and publish others with --as NAME")
        }
        guard let version = boxVersion ?? record.version, BoxVersion(parsing: version) != nil else {
            throw CommandFailure.failed(
                "publishing the box '\(record.name)': it has no version",
                help: "give it one with --box-version, such as 1.0")
        }
        let place = "\(catalog)/\(newName ?? record.name):\(version)"
        guard BoxReference.isName(newName ?? record.name), let reference = ImageReference(place, base: "/") else {
            throw CommandFailure.usage("'\(place)' can't be the name of a box in a registry")
        }
        let registry = RegistryBoxes(store: components.boxes, runner: components.runner, isInsecure: insecure)
        let result = try await registry.push(record, as: version, to: reference)
        if output.json {
            context.console.answer(try JSONText.line(RegistryLine(result, reference, version)))
        } else if !output.quiet {
            context.console.say("Published \(reference): \(ByteCount(bytes: result.bytesTotal))\n")
        }
        return .done
    }
}

/// The last line of `box publish --json` into a registry.
private struct RegistryLine: Encodable {
    let schema = JSONText.schema
    let event = "result"
    let status = ExitStatus.done.word
    let exitCode = Int(ExitStatus.done.code)
    let published: [Place]

    init(_ result: RegistryBoxes.Result, _ reference: ImageReference, _ version: String) {
        published = [
            Place(
                name: result.record.name, version: version, format: result.record.format.rawValue,
                reference: reference.description, digest: result.record.digest, size: result.bytesTotal)
        ]
    }

    struct Place: Encodable {
        let name: String
        let version: String
        let format: String
        let reference: String
        let digest: String
        let size: Int64
    }

    private enum CodingKeys: String, CodingKey { case schema, event, status, exitCode, published }
}
