import DevenvBoxes
import DevenvCatalogs
import DevenvEngine
import DevenvModel
import DevenvPluginAPI
import DevenvRegistry
import SystemPackage

extension Devenv.Box.Publish {
    /// Whether the catalog is in a registry of container images.
    var isForRegistry: Bool { catalog.hasPrefix("oci:") }

    /// Publishes boxes in the catalog `REGISTRY/NAMESPACE`, each as `REGISTRY/NAMESPACE/NAME` with a tag of its own.
    func publishInRegistry(_ context: CommandContext) async throws -> ExitStatus {
        guard url == nil else { throw CommandFailure.usage("--url is for catalogs that are directories") }
        guard case .registry(let name) = try CatalogLocation(catalog, base: "/") else {
            throw CommandFailure.usage(
                "'\(catalog)' is no catalog in a registry", help: "write oci://REGISTRY/NAMESPACE")
        }
        let components = context.makeComponents()
        let registry = components.registryBoxes(isInsecure: insecure)
        let publisher = RegistryPublisher(
            catalog: name, catalogs: components.registryCatalogs(isInsecure: insecure), runner: components.runner)
        var published: [PublicationObject] = []
        for record in try chosen(from: try components.boxes.list()) {
            let (box, publication) = try await withBox(record, components.boxes) { box, flat in
                let place = try reference(box, in: name)
                let publication = try await publisher.publish(
                    box, options(context),
                    isThere: { place throws(CatalogError) in try await has(place, registry) },
                    send: { () throws(CatalogError) in try await send(record, box, flat, to: place, registry) })
                return (box, publication)
            }
            say(box, isNew: publication.isNew, size: publication.size, key: publication.key, context)
            published.append(PublicationObject(box, publication))
        }
        if output.json { context.console.answer(try JSONText.line(DoneLine(["published": published]))) }
        return .done
    }

    /// Where a box is to be: with its version in the tag for people, and with what tells it from others of that version.
    private func reference(_ box: PublishedBox, in catalog: String) throws -> ImageReference {
        let isName = box.name.allSatisfy { $0.isLowercase || $0.isNumber || "/._-".contains($0) }
        let tag = [box.version.text, box.format.rawValue, box.architecture].compactMap { $0 }.joined(separator: "-")
        guard isName, let reference = ImageReference("oci:\(catalog)/\(box.name):\(tag)", base: "/") else {
            throw CommandFailure.usage(
                "'\(box.name)' can't be the name of a box in a registry, which knows no capital letters",
                help: "give it another name there with --as")
        }
        return reference
    }

    private func has(_ place: String, _ registry: RegistryBoxes) async throws(CatalogError) -> Bool {
        guard let reference = ImageReference(place, base: "/") else { return false }
        do throws(BoxError) { return try await registry.has(reference) } catch { throw CatalogError(error) }
    }

    private func send(
        _ record: BoxRecord, _ box: PublishedBox, _ flat: FlatTree?, to place: ImageReference, _ registry: RegistryBoxes
    ) async throws(CatalogError) -> RegistryPublisher.Sent {
        do throws(BoxError) {
            let result = try await registry.push(record, as: box.version.text, flat: flat, to: place)
            return RegistryPublisher.Sent(place: result.image.description, size: result.bytesTotal)
        } catch { throw CatalogError(error) }
    }
}
