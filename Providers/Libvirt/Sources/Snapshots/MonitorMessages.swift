import DevenvPluginAPI
import FoundationEssentials

/// A command of QEMU's machine protocol (QEMU, docs/interop/qmp-spec.rst).
struct MonitorCommand<Arguments: Encodable>: Encodable {
    let execute: String
    let arguments: Arguments
}

/// What QEMU answers: one of the two.
struct MonitorAnswer<Value: Decodable>: Decodable {
    let `return`: Value?
    let error: MonitorFailure?
}

/// Why a command failed.
struct MonitorFailure: Decodable {
    let desc: String
}

/// Nothing worth knowing, or nothing to say.
struct MonitorNothing: Codable {}

/// Arguments of `query-named-block-nodes`.
struct NodeQuery: Encodable {
    let flat = true
}

/// One layer of a drive, as QEMU has it open.
struct MonitorNode: Decodable {
    /// The name of the layer.
    let name: String
    /// What reads it: `qcow2`, or `file` for what is below.
    let driver: String
    /// Whose it is.
    let file: String
    /// What is in it.
    let image: Image

    /// The content of a file.
    struct Image: Decodable {
        /// The snapshots within it.
        let snapshots: [ImageSnapshot]?
    }

    private enum CodingKeys: String, CodingKey {
        case name = "node-name"
        case driver = "drv"
        case file, image
    }
}

/// A snapshot within an image.
struct ImageSnapshot: Decodable {
    /// Its name.
    let name: String
}

/// Arguments of `snapshot-save` and `snapshot-load`, and with no `vmstate` of `snapshot-delete`.
struct SnapshotJob: Encodable {
    let job: String
    let tag: String
    /// Which layer has the memory.
    let vmstate: String?
    /// The layers that are saved.
    let devices: [String]

    private enum CodingKeys: String, CodingKey {
        case job = "job-id"
        case tag, vmstate, devices
    }
}

/// Something that QEMU does while it answers other commands.
struct MonitorJob: Decodable {
    let id: String
    let status: String
    let error: String?
}

/// Arguments of `job-dismiss`.
struct JobName: Encodable {
    let id: String
}
