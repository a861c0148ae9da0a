import DevenvTestSupport
import LibvirtProvider
import Testing

/// What is said about a `libvirt` block that can't be meant, and where.
@Suite struct OptionMistakeTests {
    @Test(arguments: [
        ("1️⃣pol: x", "1️⃣ the libvirt options have no key 'pol'"),
        ("accelerator: 1️⃣hvm", "1️⃣ 'hvm' is no value for 'accelerator'; it takes auto, kvm, tcg"),
        ("uri: 1️⃣''", "1️⃣ 'uri' must not be empty"),
        ("uri: 1️⃣xen:///", "1️⃣ 'xen:///' is no URI of QEMU"),
        ("uri: 1️⃣qemu", "1️⃣ 'qemu' is no URI of QEMU"),
        ("machine_type: 1️⃣q35,accel=kvm", "1️⃣ 'q35,accel=kvm' is no name for 'machine_type'"),
        ("tpm: 1️⃣3", "1️⃣ 'tpm' must be true, false, 2.0 or 1.2, not a whole number"),
        ("secure_boot: 1️⃣true", "1️⃣ 'secure_boot' needs 'firmware: uefi'"),
        (
            "firmware: uefi\nmachine_type: pc\nsecure_boot: 1️⃣true",
            "1️⃣ 'secure_boot' needs 'machine_type: q35', not 'pc'"
        ),
        ("boot: [disk, 1️⃣usb]", "1️⃣ 'boot' takes each of disk, cdrom, network at most once, not 'usb'"),
        ("boot: [disk, 1️⃣disk]", "1️⃣ 'boot' takes each of disk, cdrom, network at most once, not 'disk'"),
        ("kernel: 1️⃣vmlinuz", "1️⃣ 'kernel' must be an absolute path of the host, not 'vmlinuz'"),
        ("initrd: 1️⃣/initrd", "1️⃣ 'initrd' needs a 'kernel'"),
        ("cdroms: [/a, 1️⃣b]", "1️⃣ 'cdroms' must be an absolute path of the host, not 'b'"),
        ("qemu_env: {1️⃣'A=B': c}", "1️⃣ 'A=B' is no name of an environment variable"),
        ("cpu_mode: 1️⃣custom", "1️⃣ 'cpu_mode: custom' needs a 'cpu_model'"),
        (
            "cpu_mode: maximum\ncpu_model: 1️⃣EPYC", "1️⃣ 'cpu_model' has no effect with 'cpu_mode: maximum'"
        ),
        (
            "accelerator: tcg\ncpu_mode: 1️⃣host-passthrough",
            "1️⃣ 'cpu_mode: host-passthrough' needs KVM, which 'accelerator: tcg' excludes"
        ),
        (
            "cpu_features: {avx: 1️⃣off}",
            "1️⃣ 'off' is no policy for 'avx'; there are require, force, optional, disable, forbid"
        ),
        ("cpu_features: {1️⃣'a b': force}", "1️⃣ 'a b' is no name of a processor's feature"),
        ("cpu_topology: {1️⃣core: 2}", "1️⃣ the keys of 'cpu_topology' have no key 'core'"),
        ("video: 1️⃣vga", "1️⃣ nobody sees the screen of 'video: vga' with 'graphics: none'"),
    ])
    func mistakesAreSaidWhereTheyAre(lines: String, problem: String) throws {
        #expect(try ReadMachine.read(libvirt: lines).problems == [problem])
    }

    @Test(arguments: [
        (
            "disks: [1️⃣10]", "1️⃣ the size of a disk must be at least 1 MiB, with a unit, not a whole number"
        ),
        ("disks: [1️⃣1KiB]", "1️⃣ the size of a disk must be at least 1 MiB, with a unit, not '1KiB'"),
        ("disks: [1️⃣{name: a}]", "1️⃣ a disk needs a 'size'"),
        ("bridges: [1️⃣3]", "1️⃣ a whole number is no name of a bridge"),
        ("disks: [{size: 1GiB, 1️⃣sise: 2}]", "1️⃣ the keys of a disk have no key 'sise'"),
        ("disks: [{size: 1GiB, name: a}, 1️⃣{size: 1GiB, name: a}]", "1️⃣ two disks have the serial number 'a'"),
        ("disks: [1️⃣{size: 1GiB, name: devenv-root}]", "1️⃣ two disks have the serial number 'devenv-root'"),
        (
            "disks: [{size: 1GiB, name: 1️⃣'a b'}]",
            "1️⃣ 'a b' is no serial number: it takes 1 to 20 letters, digits, '.', '_' and '-'"
        ),
        ("bridges: [1️⃣{mac: '52:54:00:00:00:01'}]", "1️⃣ an interface needs a 'bridge'"),
        ("bridges: [1️⃣a/b]", "1️⃣ 'a/b' is no name of a bridge"),
        (
            "bridges: [{bridge: br0, mac: 1️⃣'01:00:5e:00:00:01'}]",
            "1️⃣ '01:00:5e:00:00:01' is no MAC address of an interface"
        ),
    ])
    func mistakesInDevicesAreSaidWhereTheyAre(lines: String, problem: String) throws {
        #expect(try ReadMachine.read(libvirt: lines).problems == [problem])
    }

    @Test(arguments: [
        ("xml: [1️⃣{path: a}]", "1️⃣ an xml patch takes exactly one of 'set', 'text', 'add' and 'remove'"),
        (
            "xml: [1️⃣{path: a, remove: true, text: b}]",
            "1️⃣ an xml patch takes exactly one of 'set', 'text', 'add' and 'remove'"
        ),
        ("xml: [1️⃣{remove: true}]", "1️⃣ 'remove' needs a 'path'"),
        ("xml: [{path: 1️⃣a//b, remove: true}]", "1️⃣ 'a//b' is no path to an element"),
        ("xml: [{path: 1️⃣'a[0]', remove: true}]", "1️⃣ 'a[0]' is no path to an element"),
        ("xml: [{path: a, set: {1️⃣'b c': d}}]", "1️⃣ 'b c' is no name of an attribute"),
        ("xml: [{path: a, set: {1️⃣'b:': d}}]", "1️⃣ 'b:' is no name of an attribute"),
        ("xml: [{path: a, set: {1️⃣'b+c': d}}]", "1️⃣ 'b+c' is no name of an attribute"),
        ("xml: [{add: 1️⃣'<a>'}]", "1️⃣ 'add' is no XML element: no element found (line 1, column 4)"),
        ("xml: [{1️⃣pth: a, remove: true}]", "1️⃣ the keys of an xml patch have no key 'pth'"),
    ])
    func mistakesInPatchesAreSaidWhereTheyAre(lines: String, problem: String) throws {
        #expect(try ReadMachine.read(libvirt: lines).problems.contains(problem))
    }

    @Test(arguments: [
        ("accelerater: kvm", "did you mean 'accelerator'?"), ("disk_cache: writebak", "did you mean 'writeback'?"),
        ("boot: disc", "did you mean 'disk'?"), ("driver: kvm", "write 'accelerator: auto', 'kvm' or 'tcg'"),
        ("memory: 512", "write the machine's own key 'memory'"), ("qemuargs: []", "write 'qemu_args'"),
        ("kernel: boot/vmlinuz", "beside the Envfile: '${project.dir}/boot/vmlinuz'"),
    ])
    func helpNamesWhatWasMeant(lines: String, help: String) throws {
        #expect(try ReadMachine.read(libvirt: lines).help == [help])
    }

    @Test func allMistakesAreSaidAtOnce() throws {
        let machine = try ReadMachine.read(
            """
            memory: 32MiB
            cpus: 3
            libvirt:
              graphics: 1️⃣x11
              cpu_topology: 2️⃣{cores: 4}
              3️⃣storage: []
            """)
        #expect(
            machine.problems.sorted()
                == [
                    "1️⃣ 'x11' is no value for 'graphics'; it takes none, vnc, spice",
                    "2️⃣ 'cpu_topology' makes 4 processors (1 × 4 × 1), but 'cpus' is 3",
                    "3:3 the machine 'web' needs at least 64 MiB of memory, not 32 MiB",
                    "3️⃣ the libvirt options have no key 'storage'",
                ].sorted())
    }
}
