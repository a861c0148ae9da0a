/// What VBoxManage 7.2.22 printed, with lines left out that nothing here reads.
enum Recorded {
    /// `showvminfo --machinereadable` of a machine with settings of every kind.
    static let machine = #"""
        name="web"
        encryption="disabled"
        groups="/devenv/web"
        platformArchitecture="x86"
        ostype="Debian (64-bit)"
        UUID="690705fb-22f9-4422-8557-d6078ba55c9d"
        CfgFile="/vms/devenv/web/web/web.vbox"
        SnapFldr="/vms/devenv/web/web/Snapshots"
        LogFldr="/vms/devenv/web/web/Logs"
        hardwareuuid="690705fb-22f9-4422-8557-d6078ba55c9d"
        memory=512
        vram=16
        chipset="piix3"
        firmware="BIOS"
        cpus=2
        nested-hw-virt="off"
        acpi="on"
        ioapic="on"
        NvramFile="/vms/devenv/web/web/web.nvram"
        rtcuseutc="on"
        paravirtprovider="default"
        effparavirtprovider="kvm"
        VMState="poweroff"
        VMStateChangeTime="2026-11-22T09:07:57.426000000"
        graphicscontroller="vmsvga"
        natnet1="nat"
        macaddress1="0800279C0851"
        cableconnected1="on"
        nic1="nat"
        nictype1="virtio"
        nicspeed1="0"
        localhostReachable="1"
        forwardBroadcast="0"
        enableTFTP="0"
        Forwarding(0)="bad,tcp,,34463,,2"
        Forwarding(1)="ssh,tcp,127.0.0.1,2222,,22"
        intnet2="devenv-net1"
        macaddress2="080027ABCDEF"
        cableconnected2="on"
        nic2="intnet"
        nictype2="82540EM"
        nicspeed2="0"
        nic3="none"
        nic4="none"
        nic5="none"
        nic6="none"
        nic7="none"
        nic8="none"
        uart1="0x03f8,4"
        uartmode1="file,/vms/web-serial.log"
        uarttype1="16550A"
        audio="none"
        audio_out="off"
        audio_in="off"
        SharedFolderNameMachineMapping1="src"
        SharedFolderPathMachineMapping1="/tmp"
        recording_started="off"
        recording_enabled="off"
        recording_screens=1
         rec_screen0
        description="line1
        line2 \"quoted\" é"
        GuestMemoryBalloon=0
        """#

    /// The same of a machine with two controllers.
    static let machineWithDisks = #"""
        name="box"
        encryption="disabled"
        groups="/"
        platformArchitecture="x86"
        ostype="Debian (64-bit)"
        UUID="ae588615-275e-4932-bd6a-90fd10d5947f"
        CfgFile="/vms/box/box.vbox"
        SnapFldr="/vms/box/Snapshots"
        LogFldr="/vms/box/Logs"
        hardwareuuid="ae588615-275e-4932-bd6a-90fd10d5947f"
        memory=1024
        vram=8
        chipset="piix3"
        firmware="BIOS"
        cpus=1
        nested-hw-virt="off"
        acpi="on"
        ioapic="on"
        NvramFile="/vms/box/box.nvram"
        rtcuseutc="on"
        paravirtprovider="default"
        effparavirtprovider="kvm"
        VMState="poweroff"
        VMStateChangeTime="2026-11-22T09:09:01.019000000"
        graphicscontroller="vboxvga"
        storagecontrollername0="SATA"
        storagecontrollertype0="IntelAhci"
        storagecontrollerinstance0="0"
        storagecontrollermaxportcount0="30"
        storagecontrollerportcount0="2"
        storagecontrollerbootable0="on"
        storagecontrollername1="IDE"
        storagecontrollertype1="PIIX4"
        storagecontrollerinstance1="0"
        storagecontrollermaxportcount1="2"
        storagecontrollerportcount1="2"
        storagecontrollerbootable1="on"
        "SATA-0-0"="/vms/box/Snapshots/{9c478844-2822-4280-a214-7e2f50d66cc3}.vdi"
        "SATA-ImageUUID-0-0"="9c478844-2822-4280-a214-7e2f50d66cc3"
        "SATA-hot-pluggable-0-0"="off"
        "SATA-nonrotational-0-0"="off"
        "SATA-discard-0-0"="off"
        "SATA-1-0"="none"
        "IDE-0-0"="emptydrive"
        "IDE-IsEjected-0-0"="off"
        "IDE-0-1"="none"
        "IDE-1-0"="none"
        "IDE-1-1"="none"
        natnet1="nat"
        macaddress1="080027E88455"
        cableconnected1="on"
        nic1="nat"
        nictype1="82540EM"
        nicspeed1="0"
        localhostReachable="0"
        forwardBroadcast="0"
        enableTFTP="0"
        nic2="none"
        nic3="none"
        nic4="none"
        nic5="none"
        nic6="none"
        nic7="none"
        nic8="none"
        uart1="off"
        audio="default"
        audio_out="off"
        audio_in="off"
        recording_started="off"
        recording_enabled="off"
        recording_screens=1
         rec_screen0
        SnapshotName="s1"
        SnapshotUUID="9d149afb-0ed8-4ee8-b3e3-32a131c05015"
        SnapshotDescription="first é"
        SnapshotName-1="s1"
        SnapshotUUID-1="145968eb-3495-4278-a475-1919e926dc84"
        SnapshotName-1-1="with space"
        SnapshotUUID-1-1="cd44f426-6875-49da-8016-2e1a63059db1"
        SnapshotName-2="branch"
        SnapshotUUID-2="56d9431b-4c6c-4553-bb53-4a96a0b2518b"
        CurrentSnapshotName="branch"
        CurrentSnapshotUUID="56d9431b-4c6c-4553-bb53-4a96a0b2518b"
        CurrentSnapshotNode="SnapshotName-2"
        GuestMemoryBalloon=0
        """#

    /// `list vms`; the last line is that of a machine whose settings file is broken.
    static let machines = #"""
        "web" {690705fb-22f9-4422-8557-d6078ba55c9d}
        "noarch" {930afd06-ddfe-435d-9702-af255140c3c0}
        "sp ace "q" back\slash é ✓" {a0bf3e9d-9405-49d2-9bb1-85a5e0f7d2a7}
        "sl/ash" {12d10ef1-7d27-46aa-966e-2b3bd93945e4}
        "grp" {714c9c12-5cb7-494d-9ff1-6136462dfdf8}
        "withuuid" {11111111-2222-4333-8444-555555555555}
        "<inaccessible>" {b860b240-e92d-44be-b588-583f7a82e383}
        """#

    /// `list hdds`.
    static let disks = #"""
        UUID:           ba09b863-53a5-483a-9c55-77d093725861
        Parent UUID:    base
        State:          created
        Type:           normal (base)
        Location:       /disks/new.vdi
        Storage format: VDI
        Capacity:       128 MBytes
        Encryption:     disabled

        UUID:           4d6f9d92-9ab7-4f3c-99b4-12a8719c35ce
        Parent UUID:    base
        State:          created
        Type:           normal (base)
        Location:       /disks/fromraw.vdi
        Storage format: VDI
        Capacity:       64 MBytes
        Encryption:     disabled

        UUID:           a70debe5-56b0-449b-8a5c-97abe8d456d0
        Parent UUID:    4d6f9d92-9ab7-4f3c-99b4-12a8719c35ce
        State:          created
        Type:           normal (differencing)
        Location:       /disks/diff.vdi
        Storage format: vdi
        Capacity:       64 MBytes
        Encryption:     disabled
        """#

    /// `list hostonlyifs`.
    static let interfaces = #"""
        Name:            vboxnet0
        GUID:            effffff9-dae8-4abf-8000-4aa12d1ecaee
        DHCP:            Disabled
        IPAddress:       192.168.56.1
        NetworkMask:     255.255.255.0
        IPV6Address:     
        IPV6NetworkMaskPrefixLength: 0
        HardwareAddress: 4a:a1:2d:1e:ca:ee
        MediumType:      Ethernet
        Wireless:        No
        Status:          Up
        VBoxNetworkName: HostInterfaceNetworking-vboxnet0
        """#

    /// `snapshot list --machinereadable` of a machine with two snapshots of one name.
    static let snapshots = #"""
        SnapshotName="s1"
        SnapshotUUID="9d149afb-0ed8-4ee8-b3e3-32a131c05015"
        SnapshotDescription="first é"
        SnapshotName-1="s1"
        SnapshotUUID-1="145968eb-3495-4278-a475-1919e926dc84"
        SnapshotName-1-1="with space"
        SnapshotUUID-1-1="cd44f426-6875-49da-8016-2e1a63059db1"
        SnapshotName-2="branch"
        SnapshotUUID-2="56d9431b-4c6c-4553-bb53-4a96a0b2518b"
        CurrentSnapshotName="branch"
        CurrentSnapshotUUID="56d9431b-4c6c-4553-bb53-4a96a0b2518b"
        CurrentSnapshotNode="SnapshotName-2"
        """#
}
