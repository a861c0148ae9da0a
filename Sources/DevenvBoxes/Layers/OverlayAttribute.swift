import DevenvHost

/// The attributes that overlayfs keeps in the directories of its layers, the kernel's documentation of overlayfs.
enum OverlayAttribute {
    /// What their names begin with: in a user's realm overlays are mounted with `userxattr`.
    static let prefix = UserRealm.current == nil ? "trusted.overlay." : "user.overlay."
    /// What makes a directory hide what is below it.
    static let opaque = prefix + "opaque"
}
