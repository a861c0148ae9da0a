import CLibvirt
import DevenvPluginAPI

extension LibvirtConnection {
    /// Talks with the QEMU of a domain that runs, on a thread where that may take its time: a talk that has begun comes to its
    /// end whether its task is cancelled or not. libvirt notes that the domain was meddled with.
    func withMonitor<Value: Sendable>(
        of id: DomainID, _ talk: @Sendable (MonitorTalk) throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let result: Result<Value, ProviderError>
        do throws(LibvirtError) {
            result = try await aside { lane throws(LibvirtError) in
                let functions = try LibvirtLibrary.qemuFunctions()
                let domain = try lane.domain(id)
                let monitor = MonitorTalk { (command) throws(LibvirtError) in
                    var answer: UnsafeMutablePointer<CChar>?
                    let call = domain.lend { unsafe functions.virDomainQemuMonitorCommand($0, command, &answer, 0) }
                    try lane.check(call)
                    return try unsafe lane.take(answer)
                }
                do throws(ProviderError) { return .success(try talk(monitor)) } catch { return .failure(error) }
            }
        } catch {
            throw error.providerError("talking with the machine's QEMU")
        }
        return try result.get()
    }

    /// A domain's XML as it will be started next, complete to its passwords, so that it can be defined again by it.
    func definition(_ id: DomainID) throws(LibvirtError) -> String {
        let flags = UInt32(VIR_DOMAIN_XML_INACTIVE.rawValue) | UInt32(VIR_DOMAIN_XML_SECURE.rawValue)
        let domain = try domain(id)
        return try unsafe take(domain.lend { unsafe api.virDomainGetXMLDesc($0, flags) })
    }
}
