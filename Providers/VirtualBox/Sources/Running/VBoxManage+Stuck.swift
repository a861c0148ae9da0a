extension VBoxManage {
    /// Makes a call about a machine that is to be off, and sees to it that an answer comes: none does where the machine's process
    /// is stuck, which is then ended, and the call is made once more. Nothing is lost that being switched off would have kept.
    @discardableResult
    func insist(_ call: VBoxCall, on machine: VMID) async throws(VBoxError) -> String {
        do throws(VBoxError) { return try await run(call) } catch {
            guard error.code == .timedOut else { throw error }
            // where that does not help either, the reason is elsewhere
            do throws(VBoxError) { try await run(.emergencyStop(machine)) } catch _ { throw error }
            return try await run(call)
        }
    }
}
