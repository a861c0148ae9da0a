import DevenvBoxes
import DevenvCrypto
import DevenvModel
import DevenvPluginAPI

/// A box, as an answer.
enum BoxAnswer {
    /// What is said of a box that has just come into the store.
    static func print(_ record: BoxRecord, verb: String, _ output: OutputOptions, _ context: CommandContext) throws {
        if output.json {
            context.console.answer(try JSONText.line(DoneLine(["box": BoxObject(record, users: [])])))
        } else if !output.quiet {
            let version = record.version.map { " \($0)" } ?? ""
            let disk = record.image.virtualSize.map { ", a disk of \($0)" } ?? ""
            context.console.answer(
                "\(verb) \(record.name)\(version): \(record.image.size)\(disk), \(record.digest)\n")
        }
    }
}

/// A box.
struct BoxObject: Encodable {
    let name: String
    let format: String
    let version: String?
    let digest: String
    let user: String
    let architecture: String?
    let created: Int
    let source: String
    let bytes: Int64
    let virtualBytes: Int64?
    let knownKey: Bool
    let baseMAC: String?
    let memoryBytes: Int64?
    let cpus: Int?
    let info: [String: String]
    let catalog: String?
    let checksum: String?
    let shared: Bool
    let usedBy: [String]

    init(_ record: BoxRecord, users: [String]) {
        name = record.name
        format = record.format.rawValue
        version = record.version
        digest = record.digest
        user = record.user
        architecture = record.architecture
        created = record.created
        source = record.source
        bytes = record.image.bytes
        virtualBytes = record.image.virtualBytes
        knownKey = record.hasKnownKey
        baseMAC = record.baseMAC?.description
        memoryBytes = record.defaults.memory?.bytes
        cpus = record.defaults.cpus
        info = record.info
        catalog = record.catalog
        checksum = record.checksum?.description
        shared = record.isShared
        usedBy = users
    }
}

extension BoxRecord {
    /// What a machine, of which it was made, is told to be.
    var account: String {
        let version = version.map { " \($0)" } ?? ""
        return "is now also the box \(name)\(version): \(image.size), \(digest)"
    }
}
