import DevenvDiagnostics
import DevenvModel
import DevenvPluginAPI
import SystemPackage

// Single values of the libvirt options.
extension OptionReader {
    /// A text that is not empty.
    mutating func filledText(_ key: String) -> String? {
        guard let text = string(key) else { return nil }
        guard text.value.isEmpty else { return text.value }
        report(.error("'\(key)' must not be empty", at: text.location))
        return nil
    }

    /// libvirt's address of a hypervisor that devenv knows how to use.
    mutating func hypervisorURI() -> String? {
        guard let uri = filledText("uri") else { return nil }
        let scheme = uri.prefix { $0 != ":" }
        let driver = scheme.prefix { $0 != "+" }
        if scheme.count < uri.count, driver == "qemu" || driver == "test" { return uri }
        report(
            .error(
                "'\(uri)' is no URI of QEMU", at: tree("uri")?.location,
                help: "such as qemu:///system, qemu:///session or qemu+ssh://user@host/system"))
        return nil
    }

    /// A name of libvirt's or QEMU's own, such as that of a processor or a board.
    mutating func word(_ key: String) -> String? {
        guard let text = string(key) else { return nil }
        if text.value.isWord { return text.value }
        report(.error("'\(text.value)' is no name for '\(key)'", at: text.location))
        return nil
    }

    /// A path of a file of the host.
    mutating func hostPath(_ key: String) -> FilePath? {
        string(key).flatMap { path($0, key) }
    }

    /// Paths of files of the host.
    mutating func hostPaths(_ key: String) -> [FilePath] {
        (strings(key) ?? []).compactMap { path($0, key) }
    }

    /// Environment variables.
    mutating func environment(_ key: String) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in stringMap(key) ?? [] {
            if name.value.isEmpty || name.value.contains("=") {
                report(.error("'\(name.value)' is no name of an environment variable", at: name.location))
            }
            result[name.value] = value.value
        }
        return result
    }

    /// The version of a TPM; `true` is the current one.
    mutating func tpm() -> TPMVersion? {
        guard let tree = tree("tpm") else { return nil }
        if case .boolean(let isWanted) = tree.value { return isWanted ? .current : nil }
        let text = tree.spelling ?? tree.string ?? ""
        if let version = TPMVersion(rawValue: text) { return version }
        report(.error("'tpm' must be true, false, 2.0 or 1.2, not \(tree.kind)", at: tree.location))
        return nil
    }

    /// What the machine is started from.
    mutating func bootOrder() -> [BootDevice]? {
        guard let words = strings("boot") else { return nil }
        var devices: [BootDevice] = []
        for word in words {
            guard let device = BootDevice(rawValue: word.value), !devices.contains(device) else {
                let known = BootDevice.allCases.map(\.rawValue)
                report(
                    .error(
                        "'boot' takes each of \(known.joined(separator: ", ")) at most once, not '\(word.value)'",
                        at: word.location, help: Suggestion.help(for: word.value, among: known)))
                continue
            }
            devices.append(device)
        }
        return devices.isEmpty ? nil : devices
    }

    /// A kernel of the host.
    mutating func directKernel() -> DirectKernel? {
        let initrd = hostPath("initrd")
        let arguments = string("cmdline")?.value
        if let kernel = hostPath("kernel") {
            return DirectKernel(kernel: kernel, initrd: initrd, arguments: arguments)
        }
        guard tree("kernel") == nil else { return nil }
        for key in ["initrd", "cmdline"] {
            guard let tree = tree(key) else { continue }
            report(.error("'\(key)' needs a 'kernel'", at: tree.location))
        }
        return nil
    }

    /// Relative ones would be taken from wherever libvirtd was started.
    private mutating func path(_ text: Located<String>, _ key: String) -> FilePath? {
        if text.value.hasPrefix("/"), !text.value.contains("\0") { return FilePath(text.value) }
        report(
            .error(
                "'\(key)' must be an absolute path of the host, not '\(text.value)'", at: text.location,
                help: "beside the Envfile: '${project.dir}/\(text.value)'"))
        return nil
    }
}

extension OptionTree {
    /// The text, where it is one.
    var string: String? {
        if case .string(let text) = value { return text }
        return nil
    }
}

extension StringProtocol {
    /// Whether libvirt takes it as a name of a board, a processor or a device.
    var isWord: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar)
                    || "._-+".unicodeScalars.contains(scalar)
            }
    }
}
