import DevenvCrypto
import DevenvHost
import DevenvModel
import DevenvPluginAPI
import Glibc

extension BoxStore {
    /// Gives a name to an image that the store has, where what is expected tells which one that is: nothing is read or
    /// written but records. Nil where there is no such image, and where it is to be added anew (`naming.replacing`).
    package func adopt(_ expectation: Expectation, as naming: Naming) async throws(BoxError) -> BoxRecord? {
        try naming.check()
        guard !naming.replacing, let found = try template(for: expectation, named: naming.name) else { return nil }
        return try await adopt(found, expectation, as: naming)
    }

    /// The same for a file that was added before and has not changed.
    func adopt(_ stamp: FileStamp, _ expectation: Expectation, as naming: Naming) async throws(BoxError) -> BoxRecord? {
        guard !naming.replacing, expectation == Expectation() else { return nil }
        guard let found = try template(where: { $0.stamp == stamp }, named: naming.name) else { return nil }
        return try await adopt(found, expectation, as: naming)
    }

    /// An entry of any name that has what is expected. A checksum that can be forged tells nothing.
    private func template(for expectation: Expectation, named name: String) throws(BoxError) -> NameEntry? {
        if let digest = expectation.image {
            if let entry = try template(where: { $0.digest == digest }, named: name) { return entry }
            guard let (record, place) = try imageRecord(digest), place == layout else { return nil }
            return NameEntry(record, Naming(name: name, source: "")).withoutVersion
        }
        guard let checksum = expectation.checksum, checksum.algorithm.isStrong else { return nil }
        return try template(where: { $0.checksum == checksum }, named: name)
    }

    private func template(where isMeant: (NameEntry) -> Bool, named name: String) throws(BoxError) -> NameEntry? {
        // the name's own first: it may know more of the image
        if let entry = try nameFile(name)?.images.first(where: isMeant) { return entry }
        for other in try names(in: layout) {
            if let entry = try nameFile(other)?.images.first(where: isMeant) { return entry.withoutVersion }
        }
        return nil
    }

    private func adopt(_ found: NameEntry, _ expectation: Expectation, as naming: Naming) async throws(BoxError)
        -> BoxRecord?
    {
        try await exclusively(naming.attempt) { () throws(BoxError) -> BoxRecord? in
            let target = layout.image(found.digest)
            guard try decodeImage(target) != nil else { return nil }  // it has gone since
            var entry = found
            entry.version = naming.version ?? found.version
            entry.architecture = naming.architecture ?? found.architecture
            entry.user = naming.user ?? found.user
            entry.loginKey = naming.loginKey?.digest ?? found.loginKey
            entry.catalog = naming.catalog
            entry.checksum = expectation.checksum ?? found.checksum
            entry.stamp = naming.stamp ?? found.stamp
            entry.source = naming.source
            entry.created = time(nil)
            try checkFree(naming, for: entry)
            try naming.loginKey?.write(into: target)
            return try name(entry, naming)
        }
    }
}

extension NameEntry {
    /// For another name: what version a disk is was said of the first name alone, whereas a tree tells it itself.
    fileprivate var withoutVersion: NameEntry {
        var entry = self
        if format != .directories { entry.version = nil }
        return entry
    }
}
