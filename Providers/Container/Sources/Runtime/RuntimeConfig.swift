/// A `config.json` as the OCI Runtime Specification 1.0.2 has it, as far as devenv uses it.
struct RuntimeConfig: Encodable, Hashable, Sendable {
    let ociVersion = "1.0.2"
    var process: Process
    var root: Root
    var hostname: String
    var mounts: [Mount]
    var annotations: [String: String]
    var linux: Linux

    struct Process: Encodable, Hashable, Sendable {
        let terminal = false
        let user = User()
        var args: [String]
        var env: [String]
        let cwd = "/"
        var capabilities: Capabilities
        // sudo, and everything that changes its user, needs it to be false
        let noNewPrivileges = false
    }

    struct User: Encodable, Hashable, Sendable {
        let uid = 0
        let gid = 0
    }

    struct Capabilities: Encodable, Hashable, Sendable {
        var bounding: [String]
        var effective: [String]
        var permitted: [String]
    }

    struct Root: Encodable, Hashable, Sendable {
        var path: String
    }

    struct Mount: Codable, Hashable, Sendable {
        var destination: String
        var type: String
        var source: String
        var options: [String]
    }

    struct Linux: Encodable, Hashable, Sendable {
        // none where there is no user namespace
        var uidMappings: [Mapping]?
        var gidMappings: [Mapping]?
        var namespaces: [Namespace]
        var cgroupsPath: String?
        var resources: Resources?
        var seccomp: SeccompFilter?
        var maskedPaths: [String]
        var readonlyPaths: [String]
    }

    struct Mapping: Encodable, Hashable, Sendable {
        var containerID: UInt32 = 0
        var hostID: UInt32
        var size: UInt32
    }

    struct Namespace: Encodable, Hashable, Sendable {
        var type: String
    }
}

/// The limits of a machine, both in its `config.json` and for `runc update`.
struct Resources: Encodable, Hashable, Sendable {
    var devices: [Device]?
    var memory: Memory?
    var cpu: Processors?
    var pids: Processes?

    struct Device: Encodable, Hashable, Sendable {
        var allow = false
        // all where there are none
        var type: String?
        var major: Int64?
        var minor: Int64?
        let access = "rwm"
    }

    struct Memory: Encodable, Hashable, Sendable {
        var limit: Int64
        // memory and swap together: the same number means no swap; -1 means no limit
        var swap: Int64
    }

    struct Processors: Encodable, Hashable, Sendable {
        var quota: Int64
        let period = 100_000
    }

    struct Processes: Encodable, Hashable, Sendable {
        var limit: Int
    }
}
