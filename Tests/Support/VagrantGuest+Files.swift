extension VagrantGuest {
    /// Runs beside the tree of the tiny machine, which forgets all that devenv would know in it.
    static let script = #"""
        set -eu
        ( cd root
          sed -i 's/^dev:x:1000:1000:.*/vagrant:x:1000:1000:vagrant:\/home\/vagrant:\/bin\/sh/' etc/passwd
          sed -i 's/^dev:/vagrant:/; s/:dev$/:vagrant/' etc/group
          sed -i 's/^dev:/vagrant:/' etc/shadow
          mv home/dev home/vagrant
          mkdir -m 700 home/vagrant/.ssh
          rm -r usr/lib/devenv etc/dropbear
          echo box >etc/hostname
          # the one that is written in assembler: with others, each login takes three seconds more
          printf 'UsePAM no\nUseDNS no\nPidFile /run/sshd.pid\nKexAlgorithms ecdh-sha2-nistp256\n' \
              >etc/ssh/sshd_config
          printf 'Subsystem sftp /usr/lib/openssh/sftp-server\n' >>etc/ssh/sshd_config )
        ssh-keygen -q -t ed25519 -N '' -C box -f root/etc/ssh/ssh_host_ed25519_key
        chmod 600 key
        ssh-keygen -y -f key >root/home/vagrant/.ssh/authorized_keys
        chmod 600 root/home/vagrant/.ssh/authorized_keys
        chown -R 1000:1000 root/home/vagrant

        # Without -r, sshd starts itself anew for each connection: three seconds
        sed -i 's|^\( *\)/usr/sbin/sshd$|\1/usr/sbin/sshd -r \&|' root/sbin/rcS
        # with its directory, as the shell would take what busybox itself has of that name
        printf '#!/bin/sh\nexec /bin/poweroff\n' >root/sbin/shutdown
        chmod 755 root/sbin/shutdown
        [ -e kernel ] || exit 0

        # A kernel that mounts nothing but its root, and knows no ACPI
        cp kernel root/vmlinuz
        rm -r root/initrd.img root/lib/modules
        as -o button.o button.s
        ld -o root/sbin/button button.o
        sed -i '2i\
        mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs -o mode=755 run /run\
        ( /sbin/button; /bin/poweroff ) &' root/sbin/rcS
        rm root/bin/poweroff
        printf '#!/bin/sh\n: >/run/off\nexec /bin/busybox poweroff\n' >root/bin/poweroff
        chmod 755 root/bin/poweroff
        sed -i '2i off=; [ ! -e /run/off ] || off=yes' root/sbin/stop
        printf '[ -z "$off" ] || /sbin/button off\n' >>root/sbin/stop

        """#

    /// Waits for the power button of VirtualBox's machine (PM1a_STS at port 0x4000, bit 8), or with an argument switches the
    /// machine off (PM1a_CNT: S5).
    static let button = """
        .globl _start
        _start:
            mov $172, %eax          # iopl(3)
            mov $3, %edi
            syscall
            cmpl $1, (%rsp)
            jne off
            mov $0x4000, %edx
            mov $0x100, %eax
            out %ax, %dx
        look:
            mov $0x4000, %edx
            in %dx, %ax
            test $0x100, %eax
            jnz pressed
            mov $35, %eax           # nanosleep
            lea pause(%rip), %rdi
            xor %esi, %esi
            syscall
            jmp look
        pressed:
            mov $60, %eax           # exit(0)
            xor %edi, %edi
            syscall
        off:
            mov $0x4004, %edx
            mov $0x3400, %eax
            out %ax, %dx
            jmp off
        pause: .quad 0, 300000000

        """

    static let vagrantfile = """
        Vagrant.configure("2") do |config|
          config.vm.base_mac = "080027D14C66"
          config.vm.guest = :linux
          config.vm.synced_folder ".", "/vagrant", disabled: true
          config.ssh.shell = "sh -l"
        end

        """

    /// The description, as VirtualBox exports a machine.
    static func machine(capacity: Int64) -> String {
        """
        <?xml version="1.0"?>
        <Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
          xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
          xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
          xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
          xmlns:vbox="http://www.virtualbox.org/ovf/machine">
          <References>
            <File ovf:id="file1" ovf:href="box-disk001.vmdk"/>
          </References>
          <DiskSection>
            <Info>List of the virtual disks used in the package</Info>
            <Disk ovf:capacity="\(capacity)" ovf:diskId="vmdisk1" ovf:fileRef="file1"
              ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
              vbox:uuid="890652fd-f0d3-4f1e-bf4f-02001d5187f9"/>
          </DiskSection>
          <NetworkSection>
            <Info>Logical networks used in the package</Info>
            <Network ovf:name="NAT"><Description>Logical network used by this appliance.</Description></Network>
          </NetworkSection>
          <VirtualSystem ovf:id="tiny">
            <Info>A virtual machine</Info>
            <OperatingSystemSection ovf:id="100">
              <Info>The kind of installed guest operating system</Info>
              <Description>Linux26_64</Description>
              <vbox:OSType ovf:required="false">Linux26_64</vbox:OSType>
            </OperatingSystemSection>
            <VirtualHardwareSection>
              <Info>Virtual hardware requirements for a virtual machine</Info>
              <System>
                <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
                <vssd:InstanceID>0</vssd:InstanceID>
                <vssd:VirtualSystemIdentifier>tiny</vssd:VirtualSystemIdentifier>
                <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
              </System>
              \(hardware)
            </VirtualHardwareSection>
            \(settings)
          </VirtualSystem>
        </Envelope>

        """
    }

    private static let hardware = [
        item(1, type: 3, "1 virtual CPU", ["VirtualQuantity": "1"]),
        item(2, type: 4, "128 MB of memory", ["AllocationUnits": "MegaBytes", "VirtualQuantity": "128"]),
        item(3, type: 5, "ideController0", ["Address": "0", "ResourceSubType": "PIIX4"]),
        item(4, type: 17, "disk1", ["AddressOnParent": "0", "HostResource": "/disk/vmdisk1", "Parent": "3"]),
        item(
            5, type: 10, "Ethernet adapter on 'NAT'",
            ["AutomaticAllocation": "true", "Connection": "NAT", "ResourceSubType": "E1000"]),
    ].joined(separator: "\n")

    /// An item of the hardware: its elements stand in the order of their names, as the standard wants it.
    private static func item(_ id: Int, type: Int, _ name: String, _ more: [String: String]) -> String {
        let usual = ["Caption": name, "ElementName": name, "InstanceID": "\(id)", "ResourceType": "\(type)"]
        let fields = usual.merging(more) { own, _ in own }.sorted { $0.key < $1.key }
        return "<Item>" + fields.map { "<rasd:\($0.key)>\($0.value)</rasd:\($0.key)>" }.joined() + "</Item>"
    }

    /// VirtualBox's own section. The card is the one that Debian's kernel for clouds knows.
    private static let settings = """
        <vbox:Machine ovf:required="false" version="1.19-linux" uuid="{5a0f51c4-3c62-4f4e-8b0b-8a4d1c2d7e01}"
          name="tiny" OSType="Linux26_64" snapshotFolder="Snapshots">
          <ovf:Info>Complete VirtualBox machine configuration in VirtualBox format</ovf:Info>
          <Hardware>
            <Memory RAMSize="128"/>
            <Display controller="VMSVGA" VRAMSize="9"/>
            <BIOS><IOAPIC enabled="true"/></BIOS>
            <Network><Adapter slot="0" enabled="true" MACAddress="080027D14C66" type="virtio"><NAT/></Adapter></Network>
            <StorageControllers>
              <StorageController name="IDE Controller" type="PIIX4" PortCount="2" Bootable="true">
                <AttachedDevice type="HardDisk" port="0" device="0">
                  <Image uuid="{890652fd-f0d3-4f1e-bf4f-02001d5187f9}"/>
                </AttachedDevice>
              </StorageController>
            </StorageControllers>
            <Paravirt provider="Default"/>
            <RTC localOrUTC="UTC"/>
          </Hardware>
        </vbox:Machine>
        """
}
