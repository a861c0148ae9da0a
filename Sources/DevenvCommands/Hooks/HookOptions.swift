import ArgumentParser
import DevenvModel

/// Whether the Envfile's hooks are run.
struct HookOptions: ParsableArguments {
    @Flag(name: .customLong("no-hooks"), help: "Don't run the Envfile's hooks.")
    var skip = false

    /// What runs those that go with something. Without a graph there are none.
    func runner(
        _ occasion: HostHook.Occasion, _ graph: MachineGraph?, _ context: CommandContext, _ output: OutputOptions
    ) -> HookRunner {
        HookRunner(occasion, skip ? nil : graph?.envfile, context, output)
    }
}
