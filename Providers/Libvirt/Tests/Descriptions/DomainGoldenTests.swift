import DevenvPluginAPI
import LibvirtProvider
import Testing

/// Whole descriptions of ordinary machines.
@Suite struct DomainGoldenTests {
    @Test func aMachineOnKVM() throws {
        let domain = DomainDescription(
            request: Sample.request(), options: LibvirtOptions(), host: Sample.kvm, files: Sample.files)
        #expect(try domain.xml.description == Self.onKVM)
    }

    @Test func anEmulatedMachineOfAUserDiffersWhereItMust() throws {
        let host = HostAbilities(virtualization: .qemu, scope: .session)
        let domain = DomainDescription(
            request: Sample.request(), options: LibvirtOptions(), host: host, files: Sample.files)
        let golden = Set(Self.onKVM.split(separator: "\n"))
        let lines = try domain.xml.description.split(separator: "\n").filter { !golden.contains($0) }
        #expect(lines.joined(separator: "\n") == Self.emulatedForUser)
    }

    @Test(.requires(library: "libvirt.so.0")) func theActedHypervisorTakesIt() async throws {
        let connection = try await LibvirtConnection.open(TestDriver.uri)
        let domain = DomainDescription(
            request: Sample.request(), options: LibvirtOptions(), host: HostAbilities(virtualization: .test),
            files: Sample.files)
        let id = try await connection.define(domain.xml)
        try await connection.start(id)
        #expect(try await connection.domains(of: [id])[id]?.name == Sample.identity.domainName)
        #expect(id.digits == Sample.identity.domainUUID)
        try await connection.powerOff(id, gracefully: false)
        try await connection.undefine(id)
    }

    private static let onKVM = """
        <domain type='kvm'>
          <name>shop-web-fedcba9876543210</name>
          <uuid>0123456789abcdeffedcba9876543210</uuid>
          <title>shop/web</title>
          <metadata>
            <devenv:machine xmlns:devenv='urn:devenv:1' project='0123456789abcdef' machine='fedcba9876543210' \
        address='10.60.0.10'>
              <network name='shop-default-0123456789abcdef'/>
            </devenv:machine>
          </metadata>
          <memory unit='KiB'>1048576</memory>
          <currentMemory unit='KiB'>1048576</currentMemory>
          <vcpu placement='static'>2</vcpu>
          <os>
            <type arch='x86_64' machine='q35'>hvm</type>
          </os>
          <features>
            <acpi/>
            <apic/>
          </features>
          <cpu mode='host-passthrough' check='none' migratable='on'/>
          <clock offset='utc'>
            <timer name='rtc' tickpolicy='catchup'/>
            <timer name='pit' tickpolicy='delay'/>
            <timer name='hpet' present='no'/>
          </clock>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <pm>
            <suspend-to-mem enabled='no'/>
            <suspend-to-disk enabled='no'/>
          </pm>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2' cache='writeback' discard='unmap'/>
              <source file='/pool/web.qcow2'/>
              <backingStore type='file'>
                <format type='qcow2'/>
                <source file='/pool/base.qcow2'>
                  <seclabel model='dac' relabel='no'/>
                </source>
                <backingStore/>
              </backingStore>
              <target dev='vda' bus='virtio'/>
              <serial>devenv-root</serial>
              <boot order='1'/>
            </disk>
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw'/>
              <source file='/pool/web.seed.iso'/>
              <target dev='vdb' bus='virtio'/>
              <readonly/>
              <serial>devenv-seed</serial>
            </disk>
            <controller type='usb' model='none'/>
            <interface type='network'>
              <mac address='02:dd:0a:3c:00:0a'/>
              <source network='shop-default-0123456789abcdef'/>
              <model type='virtio'/>
              <rom enabled='no'/>
              <alias name='ua-net-default'/>
            </interface>
            <serial type='pty'>
              <log file='/log/console.log' append='on'/>
              <target port='0'/>
            </serial>
            <console type='pty'>
              <log file='/log/console.log' append='on'/>
              <target type='serial' port='0'/>
            </console>
            <video>
              <model type='none'/>
            </video>
            <channel type='unix'>
              <target type='virtio' name='org.qemu.guest_agent.0'/>
            </channel>
            <rng model='virtio'>
              <backend model='random'>/dev/urandom</backend>
            </rng>
            <memballoon model='virtio' freePageReporting='on'/>
            <panic model='isa'/>
          </devices>
        </domain>
        """

    private static let emulatedForUser = """
        <domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
            <devenv:machine xmlns:devenv='urn:devenv:1' project='0123456789abcdef' machine='fedcba9876543210'/>
          <vcpu placement='static'>1</vcpu>
          <cpu mode='maximum' check='none'/>
          <clock offset='utc'/>
                <source file='/pool/base.qcow2'/>
            <interface type='user'>
              <mac address='02:de:1c:9e:5a:a3'/>
              <alias name='ua-user'/>
              <address type='pci' bus='0x00' slot='0xf'/>
          <qemu:commandline>
            <qemu:arg value='-netdev'/>
            <qemu:arg value='socket,id=devenv-net0,mcast=239.255.46.71:46044,localaddr=127.0.0.1'/>
            <qemu:arg value='-device'/>
            <qemu:arg value='virtio-net-pci,netdev=devenv-net0,mac=02:dd:0a:3c:00:0a,bus=pcie.0,addr=0x10,romfile='/>
          </qemu:commandline>
        """
}
