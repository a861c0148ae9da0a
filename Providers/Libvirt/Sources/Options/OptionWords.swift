// The words that options take; where libvirt has one for it, it is the same.

/// Whether the guest's instructions are run by the processor.
package enum Accelerator: String, CaseIterable, Sendable {
    /// Where it works.
    case auto
    /// Always: where it does not work the machine is not made.
    case kvm
    /// Never.
    case tcg
}

/// An instruction set, as QEMU names it.
package enum Architecture: String, CaseIterable, Sendable {
    /// 64-bit PC.
    case x86_64
    /// 32-bit PC.
    case i686
    /// 64-bit ARM.
    case aarch64
    /// 64-bit RISC-V.
    case riscv64
    /// POWER, little-endian.
    case ppc64le
    /// IBM Z.
    case s390x
}

/// What happens to a feature of the processor.
package enum FeaturePolicy: String, CaseIterable, Sendable {
    /// The guest has it, or does not start.
    case require
    /// The guest sees it, whether the host has it or not.
    case force
    /// The guest has it where the host has it.
    case optional
    /// The guest does not have it.
    case disable
    /// The guest does not start on a host that has it.
    case forbid
}

/// What starts a machine.
package enum Firmware: String, CaseIterable, Sendable {
    /// The board's own: SeaBIOS on a PC.
    case bios
    /// UEFI.
    case uefi
}

/// The version of a Trusted Platform Module.
package enum TPMVersion: String, CaseIterable, Sendable {
    /// 1.2.
    case old = "1.2"
    /// 2.0.
    case current = "2.0"
}

/// Something that a machine can be started from.
package enum BootDevice: String, CaseIterable, Sendable {
    /// The first disk.
    case disk
    /// The first CD-ROM drive.
    case cdrom
    /// The first network card.
    case network
}

/// Where a machine's screen is seen.
package enum Graphics: String, CaseIterable, Sendable {
    /// Nowhere: it has none.
    case none
    /// By a VNC client.
    case vnc
    /// By a SPICE client.
    case spice
}

/// A graphics card.
package enum Video: String, CaseIterable, Sendable {
    /// None.
    case none
    /// virtio's.
    case virtio
    /// The standard VGA card.
    case vga
    /// QEMU's simplest.
    case bochs
    /// SPICE's.
    case qxl
    /// A frame buffer that the firmware sets up.
    case ramfb
}

/// A network card.
package enum NetworkModel: String, CaseIterable, Sendable {
    /// virtio's.
    case virtio
    /// Intel 82574L.
    case e1000e
    /// Intel 82540EM.
    case e1000
    /// Realtek 8139.
    case rtl8139
}

/// How a disk is attached.
package enum DiskBus: String, CaseIterable, Sendable {
    /// virtio's block device.
    case virtio
    /// virtio's SCSI host adapter.
    case scsi
    /// A SATA port.
    case sata
    /// A USB port.
    case usb

    /// How the names of its disks begin.
    var prefix: String { self == .virtio ? "vd" : "sd" }
}

/// How the host caches a disk.
package enum DiskCache: String, CaseIterable, Sendable {
    /// In its page cache; what the guest flushes is on the disk.
    case writeback
    /// Not at all; what the guest flushes is on the disk.
    case none
    /// For reading; everything that is written is on the disk.
    case writethrough
    /// Not at all; everything that is written is on the disk.
    case directsync
    /// In its page cache; what the guest flushes is lost when the host dies.
    case unsafe
}
