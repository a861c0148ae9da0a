import DevenvHost
import DevenvModel
import Glibc
import SystemPackage

/// What `box add` is given, told by its first bytes.
enum SourceKind: Hashable, Sendable {
    /// A directory, or a link to one.
    case directory
    /// A disk image.
    case disk
    /// A tar archive that has to be looked into.
    case archive(Compression?)

    /// Looks at what stands at a path; throws `.invalid` for what can't be read or can't be a box.
    init(of path: FilePath, _ attempt: String) throws(BoxError) {
        guard access(path.string, R_OK) == 0 else {
            let reason = Errno(rawValue: errno)
            throw BoxError(.invalid, "\(attempt): \(reason.description.lowercased())")
        }
        guard path != "/" else {
            throw BoxError(.invalid, "\(attempt): the root of this host can't be a box while it is in use")
        }
        var status = stat()
        _ = stat(path.string, &status)
        switch status.st_mode & S_IFMT {
        case S_IFDIR: self = .directory
        case S_IFREG: self = try Self.kind(ofFile: path, attempt)
        default: throw BoxError(.invalid, "\(attempt): it is neither a file nor a directory")
        }
    }

    private static func kind(ofFile path: FilePath, _ attempt: String) throws(BoxError) -> SourceKind {
        let head = try BoxError.wrap { () throws(HostError) in try HostFiles.head(of: path, count: 33 << 10) }
        if head.starts(with: QCOW2Header.magic) { return .disk }
        if let compression = Compression(head) { return .archive(compression) }
        if TarHeader(Array(head.prefix(TarHeader.length))) != nil { return .archive(nil) }
        throw refusal(of: head, path, attempt)
    }

    private static func refusal(of head: [UInt8], _ path: FilePath, _ attempt: String) -> BoxError {
        let others = [
            ("KDMV", "VMDK"), ("<<< ", "VDI"), ("conectix", "VHD"), ("vhdxfile", "VHDX"), ("QED\0", "QED"),
        ]
        let isRaw = head.count > 512 && head[510] == 0x55 && head[511] == 0xaa
        if let name = others.first(where: { head.starts(with: $0.0.utf8) })?.1 ?? (isRaw ? "raw" : nil) {
            return BoxError(
                .invalid, "\(attempt): it is a disk image in the format \(name), and machines start from qcow2",
                help:
                    "convert it with 'qemu-img convert -O qcow2 \(ShellWord.quote(path.string)) NEW.qcow2', and add that one"
            )
        }
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
            return BoxError(
                .invalid, "\(attempt): it is a zip archive, and boxes are tar archives",
                help:
                    "unpack it into an empty directory and pack that: 'bsdtar -xf \(ShellWord.quote(path.string)) -C DIR', "
                    + "then 'tar -C DIR -czf NEW.box .'")
        }
        if head.dropFirst(0x8001).starts(with: "CD001".utf8) {
            return BoxError(
                .invalid, "\(attempt): it is the image of a CD-ROM, which machines can't start from as from a disk",
                help: "if it installs a system, install it on a disk image and add that one")
        }
        if LargeFilePointer.isOne(head) {
            let directory = ShellWord.quote(path.removingLastComponent().string)
            return BoxError(
                .invalid, "\(attempt): it is only a pointer of Git LFS, in the place of the file",
                help: LargeFilePointer.help(in: directory))
        }
        return BoxError(
            .invalid, "\(attempt): it is neither a tar archive nor a disk image (qcow2)",
            help: "a box is a directory or an archive of it, a qcow2 image, or a Vagrant box for libvirt")
    }
}
