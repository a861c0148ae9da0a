import DevenvHost
package import DevenvPluginAPI

extension LibvirtProvider {
    /// What is usable on this host.
    package func check() async -> [Finding] {
        await HostFindings(directories: directories, environment: environment).all()
    }

    /// Which libvirt machines with these options are made in.
    func uri(_ options: LibvirtOptions) -> String {
        URIChoice.choose(option: options.uri, environment: environment).uri.description
    }

    /// What decides how a machine is described.
    func hostAbilities(
        for options: LibvirtOptions, _ connection: LibvirtConnection
    ) async throws(ProviderError) -> HostAbilities {
        try await HostInspection(directories: directories).report(of: connection, options: options).abilities
    }
}
