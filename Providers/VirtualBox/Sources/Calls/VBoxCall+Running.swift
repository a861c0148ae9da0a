extension VBoxCall {
    /// What a started machine shows itself on.
    enum FrontEnd: String, CaseIterable, Sendable {
        /// Nothing.
        case headless
        /// A window.
        case gui
    }

    /// Starts a machine, or lets a saved one go on.
    static func start(_ machine: VMID, _ frontEnd: FrontEnd = .headless) -> VBoxCall {
        VBoxCall(["startvm", machine.description, "--type", frontEnd.rawValue], timeout: memoryTimeout)
    }

    /// Switches a machine off.
    static func powerOff(_ machine: VMID) -> VBoxCall { control(machine, "poweroff", timeout: .seconds(120)) }
    /// Ends the process of a machine without asking it, from VirtualBox's side: it may answer nobody any more.
    static func emergencyStop(_ machine: VMID) -> VBoxCall {
        VBoxCall(["startvm", machine.description, "--type", "emergencystop"])
    }
    /// Presses its power button; whether it takes notice is its own affair. No answer comes of a machine that ends just then.
    static func pressPowerButton(_ machine: VMID) -> VBoxCall {
        control(machine, "acpipowerbutton", timeout: .seconds(30))
    }
    /// Writes its memory to disk and ends it.
    static func saveState(_ machine: VMID) -> VBoxCall { control(machine, "savestate", timeout: memoryTimeout) }
    /// Lets one that is paused go on.
    static func resume(_ machine: VMID) -> VBoxCall { control(machine, "resume") }
    /// Forgets the memory of one that is saved.
    static func discardState(_ machine: VMID) -> VBoxCall { VBoxCall(["discardstate", machine.description]) }

    /// Adds a forward to one that runs. `slot` counts from 1.
    static func addForward(_ rule: NATRule, slot: Int = 1, to machine: VMID) -> VBoxCall {
        control(machine, "natpf\(slot)", rule.description)
    }

    /// Takes a forward away from one that runs.
    static func removeForward(named name: String, slot: Int = 1, from machine: VMID) -> VBoxCall {
        control(machine, "natpf\(slot)", "delete", name)
    }

    private static func control(_ machine: VMID, _ words: String..., timeout: Duration = .seconds(60)) -> VBoxCall {
        VBoxCall(["controlvm", machine.description] + words, timeout: timeout)
    }
}
