import SystemPackage

extension DomainDescription {
    /// All drives: the first disk, the box's further ones, the extra ones, the seed, CD-ROMs. The guest counts them in this order.
    var drives: [DiskDescription] {
        var targets = TargetNames()
        var drives = [rootDisk(&targets)] + boxDisks(&targets) + extraDisks(&targets)
        if let seed = files.seed {
            drives.append(
                DiskDescription(
                    file: seed, role: .seed, bus: .virtio, target: targets.next(.virtio), serial: Self.seedSerial))
        }
        for (index, disc) in options.discs.enumerated() {
            drives.append(
                DiskDescription(
                    file: disc, role: .disc, bus: discBus, target: targets.next(discBus),
                    bootOrder: index == 0 ? bootOrder(of: .cdrom) : nil))
        }
        return drives
    }

    /// The serial number of the seed's disk.
    package static let seedSerial = "devenv-seed"
    /// The serial number of the first disk.
    private static let rootSerial = "devenv-root"
    /// The serial numbers that no other disk may have.
    static let ownSerials = [rootSerial, seedSerial] + (1..<32).map(boxSerial)

    /// The serial number of a further disk of the box, counted from 1.
    private static func boxSerial(_ index: Int) -> String { "devenv-box\(index + 1)" }

    private func rootDisk(_ targets: inout TargetNames) -> DiskDescription {
        DiskDescription(
            file: files.disk, role: diskRole, bases: files.bases, bus: options.diskBus,
            target: targets.next(options.diskBus), serial: Self.rootSerial, bootOrder: bootOrder(of: .disk),
            keepsBaseOwner: host.scope == .system)
    }

    private func boxDisks(_ targets: inout TargetNames) -> [DiskDescription] {
        files.boxDisks.enumerated().map { index, disk in
            DiskDescription(
                file: disk.file, role: diskRole, bases: [disk.base], bus: options.diskBus,
                target: targets.next(options.diskBus), serial: Self.boxSerial(index + 1),
                keepsBaseOwner: host.scope == .system)
        }
    }

    private func extraDisks(_ targets: inout TargetNames) -> [DiskDescription] {
        zip(options.disks, files.extraDisks).map { disk, file in
            DiskDescription(
                file: file, role: diskRole, bus: disk.bus, target: targets.next(disk.bus), serial: disk.serial)
        }
    }

    private var diskRole: DiskDescription.Role {
        .disk(cache: options.diskCache, discards: options.discardsBlocks)
    }

    /// Boards that are no PC have no SATA controller.
    private var discBus: DiskBus { host.isPC ? .sata : .scsi }

    /// The place of a device among those that the machine is started from; nothing else is ever tried. With a kernel of the
    /// host's, none is.
    func bootOrder(of device: BootDevice) -> Int? {
        guard options.kernel == nil else { return nil }
        return options.bootOrder.firstIndex(of: device).map { $0 + 1 }
    }
}

/// The names of drives, counted for each prefix.
private struct TargetNames {
    private var counts: [String: Int] = [:]

    mutating func next(_ bus: DiskBus) -> String {
        let number = counts[bus.prefix, default: 0]
        counts[bus.prefix] = number + 1
        return bus.prefix + Self.letters(number)
    }

    /// `a` to `z`, then `aa`, as the kernel counts.
    private static func letters(_ number: Int) -> String {
        let last = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number % 26)))
        return number < 26 ? last : letters(number / 26 - 1) + last
    }
}
