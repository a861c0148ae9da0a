import DevenvDiagnostics
import DevenvEnvfile
import DevenvModel
import SystemPackage
import Testing

/// What a user sees, whole.
@Suite struct GoldenTests {
    @Test func diagnosticsReadAsTheyAreMeantTo() {
        let text = """
            version: 1
            defaults:
              memroy: 512MiB
            machines:
              db:
                cpus: -3
                networks: [{name: backend, ip: 999.1.1.1}]
              web:
                depends_on: { bd: ready }
                message: "see http://${var.domain}/"
            """
        let source = SourceText(name: "Envfile", text)
        let result = EnvfileLoader.load(source, directory: "/usr")
        let expected = """
            Envfile:3:3: error: a machine has no key 'memroy'
                  memroy: 512MiB
                  ^~~~~~
                help: did you mean 'memory'?
            Envfile:6:11: error: 'cpus' must be a whole number from 1 to 1024, not '-3'
                    cpus: -3
                          ^~
            Envfile:7:23: error: there is no network 'backend'
                    networks: [{name: backend, ip: 999.1.1.1}]
                                      ^~~~~~~
                help: declare it under 'networks'
            Envfile:7:36: error: 'ip' must be an IPv4 address such as 10.60.0.10, not '999.1.1.1'
                    networks: [{name: backend, ip: 999.1.1.1}]
                                                   ^~~~~~~~~
            Envfile:9:19: error: machine 'web' depends on 'bd', which is no machine
                    depends_on: { bd: ready }
                                  ^~
                help: did you mean 'db'?
            Envfile:10:26: error: there is no variable 'domain' here
                    message: "see http://${var.domain}/"
                                         ^~~~~~~~~~~~~
                help: declare it under 'vars'

            """
        #expect(DiagnosticRenderer().render(result.diagnostics) == expected)
    }

    @Test func aCycleNamesEveryStepOfIt() {
        let text = "version: 1\nmachines:\n  a: {depends_on: [b]}\n  b: {depends_on: [a]}\n"
        let result = EnvfileLoader.load(SourceText(name: "Envfile", text), directory: "/usr")
        let expected = """
            Envfile:3:20: error: the machines wait for each other: a -> b -> a
                  a: {depends_on: [b]}
                                   ^
                help: remove one of these from depends_on
            Envfile:3:20: note: 'a' waits for 'b' here
                  a: {depends_on: [b]}
                                   ^
            Envfile:4:20: note: 'b' waits for 'a' here
                  b: {depends_on: [a]}
                                   ^

            """
        #expect(DiagnosticRenderer().render(result.diagnostics) == expected)
    }
}
