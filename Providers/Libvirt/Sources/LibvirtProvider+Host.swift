import DevenvHost
package import DevenvPluginAPI

extension LibvirtProvider {
    /// What is usable on this host.
    package func check() async -> [Finding] {
        await HostFindings(directories: directories, environment: environment).all()
    }

    /// Why a machine is emulated where one would wish it was not.
    package func notices(of request: MachineRequest) async -> [String] {
        let place = place(of: request.recorded)
        let options = options(of: request)
        do {
            let connection = try await connection(to: place, "asking libvirt what it can run")
            return try await inspection.report(of: connection, options: options).notice.map { [$0] } ?? []
        } catch {
            return []
        }
    }

    /// Which libvirt machines with these options are made in.
    func uri(_ options: LibvirtOptions) -> String {
        URIChoice.choose(option: options.uri, environment: environment).uri.description
    }

    /// What decides how a machine is described.
    func hostAbilities(
        for options: LibvirtOptions, _ connection: LibvirtConnection
    ) async throws(ProviderError) -> HostAbilities {
        try await inspection.report(of: connection, options: options).abilities
    }

    private var inspection: HostInspection { HostInspection(directories: directories) }
}
