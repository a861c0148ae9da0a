import ArgumentParser
import DevenvBoxes
import DevenvCrypto
import DevenvEngine
import DevenvRegistry
import SystemPackage

extension Devenv.Box {
    /// `devenv box add`.
    struct Add: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a root file system, a disk image or a Vagrant box into the store.",
            usage: "devenv box add <source> --name <name> [<options>]",
            discussion: """
                The source is a directory or a tar archive, compressed or not, which containers start from; or a qcow2 image or \
                a Vagrant box for libvirt or VirtualBox, which virtual machines start from. A name may stand for one of each \
                version, format and processor.
                """)
        static let speaksInLines = true

        @Argument(
            help: ArgumentHelp("The directory, archive, disk image or Vagrant box.", valueName: "source"),
            completion: .file())
        var source: String
        @Option(name: .long, help: ArgumentHelp("What the box is called.", valueName: "name"))
        var name: String
        @Option(
            name: .customLong("box-version"), help: ArgumentHelp("The box's version.", valueName: "version"))
        var boxVersion: String?
        @Option(
            name: .long,
            help: ArgumentHelp("The processor that it is for, such as amd64.", valueName: "name"))
        var architecture: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "The digest that the file must have, such as sha256:…; also md5, sha1, sha384 and sha512.",
                valueName: "checksum"))
        var checksum: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Who people log in as (default: dev; vagrant in Vagrant's boxes; root in a tree without dev).",
                valueName: "user"))
        var user: String?
        @Option(
            name: .customLong("login-key"),
            help: ArgumentHelp(
                "A private key that the disk image lets in; the first login replaces it.", valueName: "file"),
            completion: .file())
        var loginKey: String?
        @Flag(name: [.customShort("f"), .long], help: "Replace an image of this name, version, format and processor.")
        var force = false
        @Flag(name: .long, help: "Speak to the registry without a certificate that this host trusts.")
        var insecure = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let image = try registryImage(context)
            let path = context.absolute(source)
            let naming = BoxStore.Naming(
                name: name, version: boxVersion, user: user, architecture: architecture,
                loginKey: try loginKey.map { try LoginKey(reading: context.absolute($0)) },
                source: image?.description ?? path.string,
                replacing: force)
            let console = context.console
            let isShown = !output.quiet && !output.json
            let components = context.makeComponents()
            if let image {
                let registry = RegistryBoxes(store: components.boxes, runner: components.runner, isInsecure: insecure)
                let record = try await registry.add(image, as: naming).record
                try BoxAnswer.print(record, verb: "Added", output, context)
                return .done
            }
            let record = try await components.boxes.add(
                path, as: naming, expecting: BoxStore.Expectation(checksum: try expectedChecksum()),
                notice: { line in if isShown { console.say(SafeText.clean("note: \(line)") + "\n") } })
            try BoxAnswer.print(record, verb: "Added", output, context)
            return .done
        }

        private func registryImage(_ context: CommandContext) throws -> ImageReference? {
            let image = ImageReference(source, base: context.absolute("."))
            guard image == nil, ImageReference.isMeant(by: source) else { return image }
            throw CommandFailure.usage(
                "'\(source)' names no image of a registry",
                help: "write oci:REGISTRY/NAME:TAG, or the path of a directory with an OCI layout")
        }

        private func expectedChecksum() throws -> Checksum? {
            guard let checksum else { return nil }
            guard let read = Checksum(parsing: checksum) else {
                throw CommandFailure.usage(
                    "'\(checksum)' is no checksum",
                    help: "write the function and the digits of the digest: sha256:…; sha256sum FILE tells them")
            }
            return read
        }
    }
}
