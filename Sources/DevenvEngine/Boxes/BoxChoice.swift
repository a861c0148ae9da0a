import DevenvBoxes
import DevenvCatalogs
import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import DevenvState
import SystemPackage

/// Chooses the box of each machine: what the lock file pins; else what the store has; else, for an `up`, what the catalogs of the
/// Envfile and then the user's have. What several machines share is looked for once.
actor BoxChoice {
    /// What may be done about a box that is not there.
    enum Supplying: Sendable {
        /// Nothing.
        case none
        /// It may be got; what is not in the lock file may be added to it unless `locked`.
        case catalogs(locked: Bool)
    }

    private struct Key: Hashable {
        let name: String
        let constraint: String?
        let formats: [BoxImage.Format]
    }

    private let components: EngineComponents
    private let supply: BoxSupply
    private let envfile: Envfile
    private let supplying: Supplying
    private let lock: EnvfileLock?
    private var found: [Key: Result<ChosenBox, EngineError>] = [:]

    /// Reads the lock file.
    init(_ components: EngineComponents, _ envfile: Envfile, _ supplying: Supplying) throws(EngineError) {
        self.components = components
        supply = components.supply
        self.envfile = envfile
        self.supplying = supplying
        do throws(CatalogError) { lock = try EnvfileLock.read(EnvfileLock.path(of: envfile.path)) } catch {
            throw .catalog(error)
        }
    }

    /// Whether a box that is not in the store may be somewhere else. Catalogs that can't be read are none that are not there.
    nonisolated var hasCatalogs: Bool { (try? supply.sources(of: envfile).isEmpty) != true }

    /// Whether a machine's box is in the store in one of the formats; what is wrong with a box is said when it is chosen.
    nonisolated func isStored(_ machine: MachineSpec, _ formats: [BoxImage.Format]) -> Bool {
        guard case .named(let name, let constraint) = machine.box?.value else { return false }
        let record = try? components.boxes.record(of: name, constraint: constraint, formats: formats)
        return record.flatMap { $0 } != nil
    }

    /// The box of a machine. One that was removed from the store is no reason to refuse a machine that was made from it: its
    /// image is kept as long as the machine is.
    func box(
        of machine: MachineSpec, _ record: MachineRecord?, formats: [BoxImage.Format]
    ) async throws(EngineError) -> ChosenBox {
        guard let reference = machine.box else {
            throw EngineError(
                .box, "machine '\(machine.name.value)' has no box", help: "name one with 'box:' in the Envfile")
        }
        do throws(EngineError) { return try await box(reference.value, formats, kept: kept(record)) } catch {
            let place = reference.location.map { "\($0): " } ?? ""
            throw EngineError(error.code, place + error.message, help: error.help)
        }
    }

    private func kept(_ record: MachineRecord?) -> BoxImage? {
        guard let record else { return nil }
        // where that one is gone too, the error about the box itself says what to do
        return try? components.boxes.image(withDigest: record.boxDigest, name: record.boxName)
    }

    private func box(
        _ reference: BoxReference, _ formats: [BoxImage.Format], kept: BoxImage?
    ) async throws(EngineError) -> ChosenBox {
        let wish = BoxSupply.Wish(name: reference.nameInStore, constraint: reference.constraint, formats: formats)
        let key = Key(name: wish.name, constraint: wish.constraint?.description, formats: formats)
        if found[key] == nil {
            do throws(CatalogError) {
                let located = try LocatedBox(reference, base: envfile.directory)
                found[key] = if let located { await chosen(located, wish) } else { await chosen(wish, reference) }
            } catch { found[key] = .failure(.catalog(error)) }
        }
        switch found[key] {
        case .success(let box) where box.need == nil || kept == nil:
            guard box.pin == nil || !isLocked else { throw .notLocked(wish.text) }
            return box
        case .failure(let error) where kept == nil: throw error
        default:
            if case .named = reference { return ChosenBox(image: try stored(reference, formats, kept: kept)) }
            guard let kept else { throw EngineError(.box, "the box '\(wish.text)' is not there") }
            return ChosenBox(image: kept)
        }
    }

    private typealias Choice = Result<ChosenBox, EngineError>

    private func chosen(_ wish: BoxSupply.Wish, _ reference: BoxReference) async -> Choice {
        let pinned = lock?.box(
            wish.name, constraint: wish.constraint?.description, formats: wish.formats.map(\.rawValue),
            architectures: supply.architectures)
        if let pinned { return await chosen(wish, pinned: pinned) }
        do throws(BoxError) {
            let image = try components.boxes.resolve(reference, base: envfile.directory, formats: wish.formats)
            return .success(ChosenBox(image: image, pin: try pin(wish)))
        } catch {
            guard error.code == .missing, case .catalogs = supplying else { return .failure(.box(error)) }
            return await supply(wish, digest: nil, first: nil, instead: .box(error))
        }
    }

    /// A box that is named by where it is: as the lock file pins it, or else as it is there now.
    private func chosen(_ box: LocatedBox, _ wish: BoxSupply.Wish) async -> Choice {
        let pinned = lock?.box(
            wish.name, constraint: nil, formats: wish.formats.map(\.rawValue), architectures: supply.architectures)
        if let pinned, let image = try? components.boxes.image(withDigest: pinned.digest, name: pinned.name) {
            return .success(ChosenBox(image: image))
        }
        guard case .catalogs = supplying else {
            return .failure(
                EngineError(.box, "the box '\(wish.text)' is not in the store", help: "run 'devenv up', which gets it"))
        }
        do throws(CatalogError) {
            let sight = try await supply.look(box, pinned: pinned?.catalog)
            if let format = sight.format, !wish.formats.contains(format) { throw .wrongFormat(box, format) }
            guard pinned != nil || !sight.isForAll || !isLocked else { return .failure(.notLocked(wish.text)) }
            let stored = BoxReference.named(box.name(sight), constraint: nil)
            if pinned == nil,
                let image = try? components.boxes.resolve(stored, base: envfile.directory, formats: wish.formats)
            {
                let record = try? components.boxes.record(of: image.name, constraint: nil, formats: wish.formats)
                return .success(ChosenBox(image: image, pin: record.flatMap { LockedBox($0, for: wish) }))
            }
            let need = BoxNeed(source: .located(box, sight), digest: pinned?.digest, wish: wish)
            return .success(ChosenBox(image: need.placeholder, need: need))
        } catch { return .failure(.catalog(error)) }
    }

    /// What the lock file says, and nothing else.
    private func chosen(_ wish: BoxSupply.Wish, pinned: LockedBox) async -> Choice {
        do throws(BoxError) {
            let image = try components.boxes.image(withDigest: pinned.digest, name: pinned.name)
            guard image.format.rawValue == pinned.format else { return .failure(.wrongFormat(pinned)) }
            return .success(ChosenBox(image: image))
        } catch {
            guard error.code == .missing else { return .failure(.box(error)) }
            guard case .catalogs = supplying else { return .failure(.pinnedIsMissing(pinned)) }
            var exact = wish
            exact.constraint = pinned.version.flatMap { VersionConstraint(parsing: "= \($0)") }
            exact.formats = wish.formats.filter { $0.rawValue == pinned.format }
            exact.architecture = pinned.architecture
            return await supply(exact, digest: pinned.digest, first: pinned.catalog, instead: .pinnedIsMissing(pinned))
        }
    }

    private var isLocked: Bool { if case .catalogs(locked: true) = supplying { true } else { false } }

    /// Looks for a box in the catalogs; `first` is the one that the lock file names.
    private func supply(
        _ wish: BoxSupply.Wish, digest: String?, first: String?, instead: EngineError
    ) async -> Choice {
        do throws(CatalogError) {
            var sources = try supply.sources(of: envfile)
            if let first, !sources.contains(where: { $0.location.description == first }) {
                sources.insert(CatalogSource(try CatalogLocation(first, base: envfile.directory)), at: 0)
            }
            guard !sources.isEmpty else { return .failure(instead) }
            guard digest != nil || !isLocked else { return .failure(.notLocked(wish.text)) }
            let find = try await supply.find(wish, in: sources)
            if let digest, let offered = find.choice.offer.digest, offered != digest {
                throw .changed(find, pinned: digest, offered: offered)
            }
            let need = BoxNeed(source: .catalog(find), digest: digest, wish: wish)
            return .success(ChosenBox(image: need.placeholder, need: need))
        } catch {
            return .failure(.catalog(error))
        }
    }

    private func stored(
        _ reference: BoxReference, _ formats: [BoxImage.Format], kept: BoxImage?
    ) throws(EngineError) -> BoxImage {
        do throws(BoxError) {
            return try components.boxes.resolve(reference, base: envfile.directory, formats: formats)
        } catch {
            if let kept { return kept }
            throw .box(error)
        }
    }

    /// What of a box in the store is to be pinned: one that others can get, too.
    private func pin(_ wish: BoxSupply.Wish) throws(BoxError) -> LockedBox? {
        let record = try components.boxes.record(of: wish.name, constraint: wish.constraint, formats: wish.formats)
        return record.flatMap { LockedBox($0, for: wish) }
    }
}

extension LockedBox {
    /// A box of the store as it is pinned; nil for one that came from no catalog, which nobody else could get.
    init?(_ record: BoxRecord, for wish: BoxSupply.Wish) {
        guard let catalog = record.catalog else { return nil }
        self.init(
            name: wish.name, constraint: wish.constraint?.description, format: record.format.rawValue,
            architecture: record.architecture, version: record.version, digest: record.digest, catalog: catalog)
    }
}

extension BoxSupply {
    /// The catalogs that boxes of an Envfile are looked for in: its own, then the user's.
    func sources(of envfile: Envfile) throws(CatalogError) -> [CatalogSource] {
        var sources: [CatalogSource] = []
        for catalog in envfile.catalogs {
            let place = catalog.location.map { "\($0): " } ?? ""
            do throws(CatalogError) {
                let location = try CatalogLocation(catalog.value.location, base: envfile.directory)
                sources.append(CatalogSource(location, key: try catalog.value.key.map(Self.key)))
            } catch { throw CatalogError(error.code, place + error.message, help: error.help) }
        }
        let own = Set(sources.map(\.location))
        return sources + (try user.list().filter { !own.contains($0.location) })
    }

    private static func key(_ text: String) throws(CatalogError) -> PublicKey {
        if let key = PublicKey(parsing: text) { return key }
        throw CatalogError(
            .invalid, "'\(text)' is no public key in the form of OpenSSH", help: "it looks like 'ssh-ed25519 AAAA…'")
    }
}

extension EngineError {
    static func catalog(_ error: CatalogError) -> EngineError {
        EngineError(error.code == .cancelled ? .cancelled : .box, error.message, help: error.help)
    }

    fileprivate static func box(_ error: BoxError) -> EngineError {
        EngineError(.box, error.message, help: error.help)
    }

    fileprivate static func notLocked(_ box: String) -> EngineError {
        EngineError(
            .box, "the box '\(box)' is not in the lock file, and --locked keeps that from being changed",
            help: "run the command without --locked, and check the lock file in")
    }

    fileprivate static func wrongFormat(_ box: LockedBox) -> EngineError {
        EngineError(
            .box,
            "the lock file pins the image \(box.digest) for the box '\(box.name)' as \(box.format), which it is not",
            help: "put the lock file back as it was checked in")
    }

    fileprivate static func pinnedIsMissing(_ box: LockedBox) -> EngineError {
        let version = box.version.map { " \($0)" } ?? ""
        return EngineError(
            .box,
            "the box '\(box.name)'\(version) with the digest \(box.digest), which the lock file pins, is not in the store",
            help: "run 'devenv up', which gets it from a catalog, or 'devenv box update' to pin another one")
    }
}

extension CatalogError {
    fileprivate static func changed(_ find: BoxSupply.Find, pinned: String, offered: String) -> CatalogError {
        CatalogError(
            .untrusted,
            "the lock file pins the box '\(find.name)' \(find.choice.version.text) with the digest \(pinned), and the catalog "
                + "'\(find.catalog)' has it with \(offered)",
            help: "ask whoever publishes it why; 'devenv box update' pins what the catalog has now")
    }
}
