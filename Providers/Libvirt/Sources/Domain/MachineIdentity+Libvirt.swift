import DevenvModel
package import DevenvPluginAPI

// What a machine's own objects are called. The domain is found by its UUID alone; names are for people, and unique.
extension MachineIdentity {
    /// The domain's UUID without hyphens: the project's id, then the machine's.
    package var domainUUID: String { project.rawValue + machine.rawValue }
    /// The domain's name: `shop-web-1f2e3d4c5b6a7988`.
    package var domainName: String { "\(projectName)-\(name)-\(machine)" }
    /// The domain's title: `shop/web`.
    package var domainTitle: String { "\(projectName)/\(name)" }
    /// The root disk's volume.
    package var rootVolume: String { "\(domainName).qcow2" }
    /// The volume of a further disk of the box, counted from 1.
    package func boxVolume(_ index: Int) -> String { "\(domainName).box\(index + 1).qcow2" }
    /// The seed's volume.
    package var seedVolume: String { "\(domainName).seed.iso" }
    /// The volume of an extra disk: by its serial number, so that disks keep what is on them when others come and go.
    package func extraVolume(_ disk: ExtraDisk) -> String { "\(domainName).\(disk.serial).qcow2" }
}
