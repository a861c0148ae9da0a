extension VBoxManage {
    /// The release that is installed.
    func version() async throws(VBoxError) -> VBoxVersion {
        let text = try await run(.version)
        guard let version = VBoxVersion(text) else {
            throw VBoxError(.failed, "'VBoxManage --version' printed '\(text.prefix(80))', which is no version")
        }
        guard version >= .oldest else {
            throw VBoxError(
                .tooOld, "VirtualBox \(version) is older than \(VBoxVersion.oldest.major).\(VBoxVersion.oldest.minor)")
        }
        return version
    }
}
