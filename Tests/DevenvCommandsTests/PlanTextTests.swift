import DevenvCommands
import DevenvEngine
import DevenvModel
import Testing

@Suite struct PlanTextTests {
    @Test func aPlanShowsItsStepsWithTheirReasons() {
        let expected = """
            + db
                create              not there yet
                provision postgres  never ran
            + web-1  after 'db: provision postgres'
                create              not there yet
                provision nginx     never ran

            Plan: 2 machines to create, 4 steps; 1 machine is up to date.

            """
        #expect(
            PlanText.render(Samples.plan, style: .plain).replacing("\n\n", with: "\n")
                == expected.replacing("\n\n", with: "\n"))
    }

    @Test func warningsComeFirst() {
        let plan = Plan(unchanged: [Samples.db], warnings: ["'db' has less memory than asked for"])
        #expect(
            PlanText.render(plan, style: .plain)
                == "warning: 'db' has less memory than asked for\nNothing to do: 1 machine is up to date.\n")
    }

    @Test(
        arguments: [
            ([.create, .start, .provision("a")], "1 machine to create, 3 steps"),
            ([.destroy, .create, .start], "1 machine to recreate, 3 steps"),
            ([.stop, .start], "1 machine to restart, 2 steps"), ([.stop], "1 machine to halt, 1 step"),
            ([.start, .connect], "1 machine to start, 2 steps"),
            ([.sync(GuestPath("/srv"))], "1 machine to change, 1 step"),
            ([.stop, .destroy], "1 machine to destroy, 2 steps"),
        ] as [([StepAction], String)])
    func aSummarySaysWhatHappensOnTheWhole(_ actions: [StepAction], _ summary: String) {
        let plan = Plan(steps: actions.map { Samples.step(Samples.db, $0) })
        #expect(PlanText.summary(plan) == summary)
    }
}
