import DevenvHost
import DevenvModel
package import DevenvPluginAPI

extension VirtualBoxProvider {
    /// Stops the machine by its power button, pressed again and again, as a system that does not listen yet does not notice;
    /// in the end by switching it off. A suspended one goes on first, so that it can write down what it has in memory.
    package func stop(_ machine: RecordedMachine, grace: Duration) async throws(ProviderError) {
        let attempt = attempt(machine, "stopping")
        let manage = manage(machine)
        let id = try id(of: machine, attempt)
        await memory.touch(id)
        guard let report = try await report(of: id, manage, attempt, isToEnd: grace == .zero) else { return }
        if grace > .zero, report.state.isActive || report.state.isSaved {
            if report.state.isSaved { try await networks(of: machine, manage, attempt).rejoin() }
            try await shutDown(report, manage, until: .now + grace, attempt)
        }
        FaultPoint.reach("virtualbox.stop.asked")
        try await switchOff(id, manage, attempt)
        FaultPoint.reach("virtualbox.stop.off")
    }

    private func shutDown(
        _ report: MachineReport, _ manage: VBoxManage, until deadline: ContinuousClock.Instant, _ attempt: String
    ) async throws(ProviderError) {
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            if report.state.isSaved { try await manage.run(.start(report.id)) }
            if report.state == .paused { try await manage.run(.resume(report.id)) }
        }
        var pressed: ContinuousClock.Instant?
        while ContinuousClock.now < deadline {
            if pressed.map({ ContinuousClock.now - $0 > Self.patienceForButton }) ?? true {
                do throws(VBoxError) { try await manage.run(.pressPowerButton(report.id)) } catch {
                    // it has ended a moment ago, or is about to
                    guard error.isWrongState || error.isLocked || error.code == .timedOut else {
                        throw error.providerError(attempt)
                    }
                }
                pressed = .now
            }
            do { try await Task.sleep(for: .milliseconds(250)) } catch { break }
            guard try await isActive(report.id, manage, attempt) else { return }
        }
        try ProviderError.checkCancellation(attempt)
    }

    /// Whether a machine runs; one that does not say so does.
    private func isActive(_ id: VMID, _ manage: VBoxManage, _ attempt: String) async throws(ProviderError) -> Bool {
        do throws(ProviderError) { return try await report(of: id, manage, attempt)?.state.isActive == true } catch {
            guard error.code == .timedOut else { throw error }
            return true
        }
    }

    /// How long a system may take to notice the button before it is pressed again.
    private static let patienceForButton = Duration.seconds(2)

    /// Ends a machine that runs or is saved, also one whose process is stuck; one that does neither is left as it is.
    func switchOff(_ id: VMID, _ manage: VBoxManage, _ attempt: String) async throws(ProviderError) {
        guard let report = try await report(of: id, manage, attempt, isToEnd: true) else { return }
        do throws(VBoxError) {
            if report.state.isSaved { try await manage.run(.discardState(id)) }
            if report.state.isActive { try await manage.insist(.powerOff(id), on: id) }
        } catch {
            // it has ended by itself a moment ago
            guard error.isWrongState || error.isMissing else { throw error.providerError(attempt) }
        }
    }

    /// Writes the machine's memory to disk and ends its process, so that a reboot of the host loses nothing.
    package func suspend(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "suspending")
        let manage = manage(machine)
        let report = try await existing(machine, manage, attempt)
        await memory.touch(report.id)
        if report.state.isSaved { return }
        guard report.state.isActive else {
            throw .invalidRequest("\(attempt): it does not run", help: "run 'devenv up'")
        }
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            _ = try await manage.run(.saveState(report.id))
        }
        FaultPoint.reach("virtualbox.suspend.saved")
    }

    /// Lets a suspended machine go on, with its forwards.
    package func resume(_ machine: RecordedMachine) async throws(ProviderError) {
        let attempt = attempt(machine, "resuming")
        let manage = manage(machine)
        let report = try await existing(machine, manage, attempt)
        await memory.touch(report.id)
        if report.state.observed == .stopped {
            throw .invalidRequest("\(attempt): it is stopped", help: "run 'devenv up'")
        }
        if report.state.isSaved { try await networks(of: machine, manage, attempt).rejoin() }
        try await wake(report, wanted: report.forwards, manage, attempt)
    }

    /// Lets a machine go on and gives it the forwards that it is to have; that to its SSH server by another port where its own
    /// was taken meanwhile.
    func wake(
        _ report: MachineReport, wanted: [NATRule], _ manage: VBoxManage, _ attempt: String
    ) async throws(ProviderError) {
        if report.state == .paused, let disk = FullDisk(report.folder) { throw disk.refusal(attempt) }
        try await ProviderError.virtualBox(attempt) { () async throws(VBoxError) in
            if report.state.isSaved { try await manage.run(.start(report.id)) }
            if report.state == .paused { try await manage.run(.resume(report.id)) }
        }
        FaultPoint.reach("virtualbox.resume.awake")
        let lost = report.state.isSaved ? MachineLog(report)?.refusedPorts() ?? [] : []
        guard var plan = ForwardPlan(wanted) else { return }
        if lost.contains(plan.login.host) {
            plan.login.host = HostPort.unused(except: lost.union(LoginPort.foreign(wanted, plan.others)))
        }
        try await LiveForwards(manage: manage, machine: report.id, attempt: attempt)
            .bring(plan, from: report.forwards, lost: lost)
    }
}
