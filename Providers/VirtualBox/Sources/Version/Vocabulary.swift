/// What VBoxManage calls something that has had more than one name.
///
/// Version 7.0 spelled most options anew and still takes most of the old spellings; for some of them it complains on its
/// standard error, and says that they will go.
enum Vocabulary: String, CaseIterable {
    case audioDriver
    case bridgeAdapter
    case cableConnected
    case firmwareBootMenu
    case hostOnlyAdapter
    case macAddress
    case natForward
    case nicType
    case operatingSystem
    case pae
    case paravirtualisation
    case universalTime

    /// The name in a release.
    func name(in version: VBoxVersion) -> String {
        let spellings = Self.table[self] ?? []
        return (spellings.last { $0.since <= version } ?? spellings.first)?.name ?? rawValue
    }

    /// Each name and the release from which on it is used, oldest first.
    private static let table: [Vocabulary: [(since: VBoxVersion, name: String)]] = [
        .audioDriver: [(.oldest, "--audio"), (VBoxVersion(7, 0), "--audio-driver")],
        .bridgeAdapter: [(.oldest, "--bridgeadapter"), (VBoxVersion(7, 0), "--bridge-adapter")],
        .cableConnected: [(.oldest, "--cableconnected"), (VBoxVersion(7, 0), "--cable-connected")],
        .firmwareBootMenu: [
            (.oldest, "--biosbootmenu"), (VBoxVersion(7, 0), "--bios-boot-menu"),
            (VBoxVersion(7, 1), "--firmware-boot-menu"),
        ],
        .hostOnlyAdapter: [(.oldest, "--hostonlyadapter"), (VBoxVersion(7, 0), "--host-only-adapter")],
        .macAddress: [(.oldest, "--macaddress"), (VBoxVersion(7, 0), "--mac-address")],
        .natForward: [(.oldest, "--natpf"), (VBoxVersion(7, 0), "--nat-pf")],
        .nicType: [(.oldest, "--nictype"), (VBoxVersion(7, 0), "--nic-type")],
        .operatingSystem: [(.oldest, "--ostype"), (VBoxVersion(7, 0), "--os-type")],
        .pae: [(.oldest, "--pae"), (VBoxVersion(7, 1), "--x86-pae")],
        .paravirtualisation: [(.oldest, "--paravirtprovider"), (VBoxVersion(7, 0), "--paravirt-provider")],
        .universalTime: [(.oldest, "--rtcuseutc"), (VBoxVersion(7, 0), "--rtc-use-utc")],
    ]
}
