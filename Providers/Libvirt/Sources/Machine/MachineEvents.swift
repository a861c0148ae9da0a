import DevenvPluginAPI

/// Waits for what becomes of one domain, by libvirt's events.
struct MachineEvents: Sendable {
    let connection: LibvirtConnection
    let domain: DomainID

    /// Returns once the domain does not run, within the time; false where it still does.
    func waitForStop(within time: Duration) async throws(LibvirtError) -> Bool {
        let events = try await connection.events()
        guard try await isActive() else { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await stopped(events) }
            group.addTask {
                try? await Task.sleep(for: time)  // ended early means that the answer is no longer waited for
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Returns when the domain has ended or can't go on, with the reason; nil where the events have ended before.
    func waitForEnd() async throws(LibvirtError) -> String? {
        let events = try await connection.events()
        if let reason = try await reasonNow() { return reason }
        for await event in events {
            switch event {
            case .domain(domain, .stopped(let detail)): return detail.reason
            case .domain(domain, .crashed): return "its guest crashed"
            case .ioError(domain, let failure) where failure.isPaused: return failure.text
            default: continue
            }
        }
        return nil
    }

    private func stopped(_ events: AsyncStream<LibvirtEvent>) async -> Bool {
        for await event in events {
            if case .domain(domain, .stopped) = event { return true }
        }
        return false
    }

    private func isActive() async throws(LibvirtError) -> Bool {
        try await connection.domains(of: [domain])[domain]?.isActive ?? false
    }

    private func reasonNow() async throws(LibvirtError) -> String? {
        guard let info = try await connection.domains(of: [domain])[domain] else { return "it was removed" }
        switch info.state {
        case .paused(.ioError): return try await diskFailure()
        case .crashed, .paused(.crashed): return "its guest crashed"
        case _ where !info.isActive: return "it stopped running"
        default: return nil
        }
    }

    private func diskFailure() async throws(LibvirtError) -> String {
        let full = try await connection.blockErrors(domain).values.contains(.noSpace)
        return full ? DiskFailure.fullText : "one of its disks failed and it was paused"
    }
}

extension DiskFailure {
    /// What it means that the host's file system is full.
    static let fullText = "it was paused, as the host's disk is full"

    /// The reason in words.
    fileprivate var text: String {
        reason == "enospc" ? Self.fullText : "it was paused, as its disk '\(source)' failed"
    }
}

extension DomainChange.StopDetail {
    /// The reason in words.
    fileprivate var reason: String {
        switch self {
        case .crashed: "it crashed"
        case .failed: "its hypervisor process died"
        case .shutdown: "it shut itself down"
        case .destroyed: "it was switched off"
        default: "it stopped running"
        }
    }
}
