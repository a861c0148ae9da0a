import ArgumentParser
import DevenvBoxes
import DevenvEngine
import SystemPackage

extension Devenv.Box {
    /// `devenv box add`.
    struct Add: DevenvCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a root file system or a disk image into the store.",
            usage: "devenv box add <source> --name <name> [<options>]",
            discussion: """
                The source is a directory or a tar archive, compressed or not, which containers start from; or a qcow2 image or \
                a Vagrant box for libvirt, which virtual machines start from. A name may stand for one of each.
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
        @Flag(name: [.customShort("f"), .long], help: "Replace a box of this name.")
        var force = false
        @OptionGroup(title: "Output") var output: OutputOptions

        func run(in context: CommandContext) async throws -> ExitStatus {
            let path = context.absolute(source)
            let naming = BoxStore.Naming(
                name: name, version: boxVersion, user: user,
                loginKey: try loginKey.map { try LoginKey(reading: context.absolute($0)) }, source: path.string,
                replacing: force)
            let record = try await context.makeComponents().boxes.add(path, as: naming)
            try BoxAnswer.print(record, verb: "Added", output, context)
            return .done
        }
    }
}
