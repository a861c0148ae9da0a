/// How GRUB starts what is on a disk image.
package enum GrubConfiguration {
    /// Built into GRUB: finds the root file system, whatever disk the firmware calls the first one, and goes on from there.
    static func embedded(_ identity: DiskIdentity) -> String {
        """
        search.fs_uuid \(identity.rootFileSystem) root
        set prefix=($root)/boot/grub
        configfile ($root)/boot/grub/grub.cfg

        """
    }

    /// The file /boot/grub/grub.cfg of an image. Debian keeps /vmlinuz and /initrd.img pointing at its newest kernel and
    /// the `.old` ones at the one before, so that it needs no change when kernels come and go.
    package static func file(_ identity: DiskIdentity, arguments: String) -> String {
        """
        # Written by devenv. There is no menu: it would cost each start seconds. /boot/grub/custom.cfg is read where it is
        # there, and can set the variable `arguments`, more for the kernel.
        set default=0
        set fallback=1
        set timeout=0
        set arguments=
        if [ -f /boot/grub/custom.cfg ]; then source /boot/grub/custom.cfg; fi

        menuentry "newest kernel" {
            linux /vmlinuz root=UUID=\(identity.rootFileSystem) \(arguments) $arguments
            initrd /initrd.img
        }
        menuentry "kernel before" {
            linux /vmlinuz.old root=UUID=\(identity.rootFileSystem) \(arguments) $arguments
            initrd /initrd.img.old
        }

        """
    }
}
