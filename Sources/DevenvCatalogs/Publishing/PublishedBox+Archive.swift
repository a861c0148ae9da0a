package import DevenvHost
import DevenvModel
import DevenvPluginAPI
package import SystemPackage

// What is in the file of a box that is no tree, so that Vagrant and devenv read it.
extension PublishedBox {
    /// What stands in it beside its disks (vagrant-libvirt, "Box Format"); keys under `devenv` are our own.
    var metadata: [UInt8] {
        let gigabytes = ((virtualBytes ?? 0) + (1 << 30) - 1) >> 30
        let isDisk = format == .qcow2
        let disks = JSONValue(.list(files.map { .object([("path", .text($0.lastComponent?.string ?? ""))]) }))
        return JSONValue.object([
            ("provider", .text(provider)), ("format", isDisk ? .text("qcow2") : nil),
            ("virtual_size", isDisk && files.count == 1 ? .number(gigabytes) : nil),
            ("disks", isDisk && files.count > 1 ? disks : nil),
            ("architecture", architecture.map(JSONValue.text)),
            (
                "devenv",
                .object([
                    ("user", .text(user)), ("knownKey", JSONValue(.bool(hasKnownKey))),
                    ("loginKey", loginKey.map(JSONValue.text)),
                ])
            ),
        ]).rendered()
    }

    /// The settings that Vagrant reads nowhere else, each as one literal on a line; nil where there are none.
    var vagrantfile: [UInt8]? {
        var lines: [String] = []
        if let baseMAC {
            lines.append("config.vm.base_mac = \"\(baseMAC.description.filter { $0 != ":" }.uppercased())\"")
        }
        if !defaults.isEmpty {
            lines.append("config.vm.provider \"\(provider)\" do |v|")
            if let memory = defaults.memory { lines.append("  v.memory = \(memory.bytes >> 20)") }
            if let cpus = defaults.cpus { lines.append("  v.cpus = \(cpus)") }
            lines.append("end")
        }
        guard !lines.isEmpty else { return nil }
        let body = lines.map { "  \($0)\n" }.joined()
        return Array("Vagrant.configure(\"2\") do |config|\n\(body)end\n".utf8)
    }

    /// Its files, in their order.
    var files: [FilePath] { [image] + furtherFiles }

    /// The program that writes it as a box, of files that are written to a directory of the caller's own first. Not compressed it
    /// is for who cuts it into slices.
    package func packing(in directory: FilePath, isCompressed: Bool = true) throws(CatalogError) -> ToolInvocation {
        let texts = [("metadata.json", metadata)] + (vagrantfile.map { [("Vagrantfile", $0)] } ?? [])
        try CatalogError.wrap(attempt) { () throws(HostError) in
            for (name, bytes) in texts {
                try AtomicFile.write(bytes, to: directory.appending(name), durable: false)
            }
        }
        return PackCall.box(files, format, texts: texts.map(\.0), in: directory, isCompressed: isCompressed)
    }
}
