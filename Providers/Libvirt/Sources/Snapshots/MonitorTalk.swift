import DevenvCrypto
import DevenvPluginAPI
import FoundationEssentials
import Glibc
import SystemPackage

/// A talk with the QEMU of a machine that runs, over its monitor: saves and loads the machine's memory and disks within their
/// own images, without stopping it for longer than that takes.
///
/// libvirt's own snapshots refuse machines whose firmware keeps its variables in a file that holds no snapshots. QEMU's
/// commands say which drives are meant, and so leave that one out; what it holds is in the memory too.
struct MonitorTalk {
    /// Sends a command and returns the answer, both JSON.
    let send: (String) throws(LibvirtError) -> String

    /// Saves memory and disks.
    func save(_ tag: String, in images: [FilePath]) throws(ProviderError) {
        try run("snapshot-save", tag, try nodes(of: images), hasMemory: true)
    }

    /// Brings memory and disks back.
    func load(_ tag: String, from images: [FilePath]) throws(ProviderError) {
        try run("snapshot-load", tag, try nodes(of: images), hasMemory: true)
    }

    /// Gives up what was saved, in those images that have it.
    func delete(_ tag: String, from images: [FilePath]) throws(ProviderError) {
        let paths = Set(images.map(\.string))
        let tagged = try allNodes().filter { node in
            paths.contains(node.file) && node.image.snapshots?.contains { $0.name == tag } == true
        }
        guard !tagged.isEmpty else { return }
        try run("snapshot-delete", tag, tagged.map(\.name), hasMemory: false)
    }

    /// The layers of drives that stand for these images, in the same order.
    private func nodes(of images: [FilePath]) throws(ProviderError) -> [String] {
        let nodes = try allNodes()
        var names: [String] = []
        for image in images {
            guard let node = nodes.first(where: { $0.file == image.string }) else {
                throw .failed("the machine runs without the image '\(image)'", help: "stop it and start it again")
            }
            names.append(node.name)
        }
        return names
    }

    private func allNodes() throws(ProviderError) -> [MonitorNode] {
        let nodes = try ask("query-named-block-nodes", NodeQuery(), for: [MonitorNode].self) ?? []
        return nodes.filter { $0.driver == "qcow2" }
    }

    /// Has QEMU do something and waits for its end.
    private func run(_ command: String, _ tag: String, _ nodes: [String], hasMemory: Bool) throws(ProviderError) {
        let job = "devenv-" + SecureRandom.hexadecimal(digits: 8)
        let arguments = SnapshotJob(job: job, tag: tag, vmstate: hasMemory ? nodes.first : nil, devices: nodes)
        _ = try ask(command, arguments, for: MonitorNothing.self)
        var pause: UInt32 = 2_000
        while true {
            let jobs = try ask("query-jobs", MonitorNothing(), for: [MonitorJob].self) ?? []
            guard let found = jobs.first(where: { $0.id == job }) else {
                throw .failed("'\(command)': the machine has forgotten it")
            }
            if found.status == "concluded" {
                _ = try ask("job-dismiss", JobName(id: job), for: MonitorNothing.self)
                if let reason = found.error { throw .failed("'\(command)': \(reason)") }
                return
            }
            usleep(pause)
            pause = min(pause * 2, 100_000)
        }
    }

    private func ask<Value: Decodable>(_ command: String, _ arguments: some Encodable, for type: Value.Type)
        throws(ProviderError) -> Value?
    {
        let text = try Notes.encode(MonitorCommand(execute: command, arguments: arguments))
        let answer: String
        do throws(LibvirtError) { answer = try send(String(decoding: text, as: UTF8.self)) } catch {
            throw error.providerError("asking the machine for '\(command)'")
        }
        let decoded: MonitorAnswer<Value>
        do { decoded = try JSONDecoder().decode(MonitorAnswer<Value>.self, from: Data(answer.utf8)) } catch {
            throw .failed("'\(command)': the machine's answer can't be understood")
        }
        if let failure = decoded.error { throw .failed("'\(command)': \(failure.desc)") }
        return decoded.return
    }
}
