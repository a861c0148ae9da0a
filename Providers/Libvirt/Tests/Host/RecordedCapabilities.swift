/// What libvirt 9.0 with QEMU 7.2 answers on a Debian 12 with OVMF and swtpm; models of processors are left out.
enum RecordedCapabilities {
    /// Asked without naming an accelerator, on a host where libvirt can use KVM.
    static let kvm = """
        <domainCapabilities>
          <path>/usr/bin/qemu-system-x86_64</path>
          <domain>kvm</domain>
          <machine>pc-i440fx-7.2</machine>
          <arch>x86_64</arch>
          <vcpu max='255'/>
          <iothreads supported='yes'/>
          <os supported='yes'>
            <enum name='firmware'>
              <value>efi</value>
            </enum>
            <loader supported='yes'>
              <value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
              <enum name='type'>
                <value>rom</value>
                <value>pflash</value>
              </enum>
              <enum name='readonly'>
                <value>yes</value>
                <value>no</value>
              </enum>
              <enum name='secure'>
                <value>no</value>
              </enum>
            </loader>
          </os>
          <cpu>
            <mode name='host-passthrough' supported='yes'>
              <enum name='hostPassthroughMigratable'>
                <value>on</value>
                <value>off</value>
              </enum>
            </mode>
            <mode name='maximum' supported='yes'>
              <enum name='maximumMigratable'>
                <value>on</value>
                <value>off</value>
              </enum>
            </mode>
            <mode name='host-model' supported='yes'>
              <model fallback='forbid'>kvm64</model>
              <vendor>AMD</vendor>
            </mode>
            <mode name='custom' supported='yes'>
            </mode>
          </cpu>
          <memoryBacking supported='yes'>
            <enum name='sourceType'>
              <value>file</value>
              <value>anonymous</value>
              <value>memfd</value>
            </enum>
          </memoryBacking>
          <devices>
            <disk supported='yes'>
              <enum name='diskDevice'>
                <value>disk</value>
                <value>cdrom</value>
                <value>floppy</value>
                <value>lun</value>
              </enum>
              <enum name='bus'>
                <value>ide</value>
                <value>fdc</value>
                <value>scsi</value>
                <value>virtio</value>
                <value>usb</value>
                <value>sata</value>
              </enum>
              <enum name='model'>
                <value>virtio</value>
                <value>virtio-transitional</value>
                <value>virtio-non-transitional</value>
              </enum>
            </disk>
            <graphics supported='yes'>
              <enum name='type'>
                <value>sdl</value>
                <value>vnc</value>
                <value>spice</value>
                <value>egl-headless</value>
                <value>dbus</value>
              </enum>
            </graphics>
            <video supported='yes'>
              <enum name='modelType'>
                <value>vga</value>
                <value>cirrus</value>
                <value>vmvga</value>
                <value>qxl</value>
                <value>virtio</value>
                <value>none</value>
                <value>bochs</value>
                <value>ramfb</value>
              </enum>
            </video>
            <hostdev supported='yes'>
              <enum name='mode'>
                <value>subsystem</value>
              </enum>
              <enum name='startupPolicy'>
                <value>default</value>
                <value>mandatory</value>
                <value>requisite</value>
                <value>optional</value>
              </enum>
              <enum name='subsysType'>
                <value>usb</value>
                <value>pci</value>
                <value>scsi</value>
              </enum>
              <enum name='capsType'/>
              <enum name='pciBackend'/>
            </hostdev>
            <rng supported='yes'>
              <enum name='model'>
                <value>virtio</value>
                <value>virtio-transitional</value>
                <value>virtio-non-transitional</value>
              </enum>
              <enum name='backendModel'>
                <value>random</value>
                <value>egd</value>
                <value>builtin</value>
              </enum>
            </rng>
            <filesystem supported='yes'>
              <enum name='driverType'>
                <value>path</value>
                <value>handle</value>
                <value>virtiofs</value>
              </enum>
            </filesystem>
            <tpm supported='yes'>
              <enum name='model'>
                <value>tpm-tis</value>
                <value>tpm-crb</value>
              </enum>
              <enum name='backendModel'>
                <value>passthrough</value>
                <value>emulator</value>
                <value>external</value>
              </enum>
              <enum name='backendVersion'>
                <value>1.2</value>
                <value>2.0</value>
              </enum>
            </tpm>
            <redirdev supported='yes'>
              <enum name='bus'>
                <value>usb</value>
              </enum>
            </redirdev>
            <channel supported='yes'>
              <enum name='type'>
                <value>pty</value>
                <value>unix</value>
                <value>spicevmc</value>
              </enum>
            </channel>
          </devices>
          <features>
            <gic supported='no'/>
            <vmcoreinfo supported='yes'/>
            <genid supported='yes'/>
            <backingStoreInput supported='yes'/>
            <backup supported='yes'/>
            <sev supported='no'/>
            <sgx supported='no'/>
            <hyperv supported='yes'>
              <enum name='features'>
                <value>spinlocks</value>
                <value>vendor_id</value>
              </enum>
            </hyperv>
          </features>
        </domainCapabilities>
        """

    /// Asked for emulation; devices, which are the same, are left out.
    static let emulation = """
        <domainCapabilities>
          <path>/usr/bin/qemu-system-x86_64</path>
          <domain>qemu</domain>
          <machine>pc-i440fx-7.2</machine>
          <arch>x86_64</arch>
          <vcpu max='255'/>
          <iothreads supported='yes'/>
          <os supported='yes'>
            <enum name='firmware'>
              <value>efi</value>
            </enum>
            <loader supported='yes'>
              <value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
              <enum name='type'>
                <value>rom</value>
                <value>pflash</value>
              </enum>
              <enum name='readonly'>
                <value>yes</value>
                <value>no</value>
              </enum>
              <enum name='secure'>
                <value>no</value>
              </enum>
            </loader>
          </os>
          <cpu>
            <mode name='host-passthrough' supported='no'/>
            <mode name='maximum' supported='yes'>
              <enum name='maximumMigratable'>
                <value>on</value>
                <value>off</value>
              </enum>
            </mode>
            <mode name='host-model' supported='yes'>
              <model fallback='forbid'>EPYC</model>
              <vendor>AMD</vendor>
            </mode>
            <mode name='custom' supported='yes'>
            </mode>
          </cpu>
        </domainCapabilities>
        """
}
