package import SystemPackage

/// What a machine has on its disks, as files that nobody else uses.
package enum ExportedMachine: Hashable, Sendable {
    /// Its root file system, as a tar archive with owners as the machine has them.
    case tree(archive: FilePath)
    /// Its disks, the first first, as plain bytes with holes. What kind of machine they belong to is its box's business.
    /// `leftOut` disks that it has beside those of its box stay out.
    case disks([FilePath], leftOut: Int = 0)
}
