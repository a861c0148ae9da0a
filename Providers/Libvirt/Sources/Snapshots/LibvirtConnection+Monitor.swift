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
            result = try await run { lane throws(LibvirtError) in
                let functions = try LibvirtLibrary.qemuFunctions()
                let monitor = MonitorTalk { (command) throws(LibvirtError) in
                    var answer: UnsafeMutablePointer<CChar>?
                    try lane.call(.domain(id)) {
                        unsafe functions.virDomainQemuMonitorCommand($1, command, &answer, 0)
                    }
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
    func definition(_ id: DomainID) async throws(LibvirtError) -> String {
        let flags = UInt32(VIR_DOMAIN_XML_INACTIVE.rawValue) | UInt32(VIR_DOMAIN_XML_SECURE.rawValue)
        return try await text(.domain(id)) { unsafe $0.virDomainGetXMLDesc($1, flags) }
    }
}
