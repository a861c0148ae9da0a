/// A command line for every command that has `--json`, with the status that it ends with, and one for every command that can fail.
enum JSONCalls {
    /// In a project with the machines `db` and `web`, a definition of a box and a trusted Envfile.
    static let ofMachines: [JSONCheck.Call] = [
        ("validate", 0), ("trust", 0), ("trust --show", 0), ("graph", 0), ("plan", 10), ("lock", 0), ("up", 0),
        ("up", 0), ("plan", 0), ("status", 0), ("status web", 0), ("global-status", 0), ("port web", 0),
        ("logs web", 0), ("ssh-config", 0), ("hosts", 0), ("exec -- true", 0),
        ("exec web -- false", 1), ("exec --group -- true", 0),
        ("upload app.yaml web:/tmp", 0), ("download web:/tmp/app.yaml back", 0), ("provision", 0),
        ("sync", 0), ("reload web", 0), ("box build app.yaml", 0),
        ("box remove json/app", 0), ("suspend web", 0), ("resume", 0), ("snapshot save s", 0), ("snapshot list", 0),
        ("snapshot restore s", 0), ("snapshot delete s", 0), ("halt", 0), ("halt", 0), ("destroy -f db", 0),
    ]

    /// On a host of its own, where a disk image, keys and the Envfile of nobody are.
    static let ofBoxes: [JSONCheck.Call] = [
        ("doctor", 0), ("completion bash", 0), ("manual box-add", 0), ("manual --to man", 0), ("init -C fresh", 0),
        ("box add box.img --name made --box-version 1.0", 0), ("box list", 0), ("box verify", 0),
        ("box publish made --as team/made --to catalog --key old", 0), ("catalog add catalog", 0),
        ("catalog list", 0), ("catalog list catalog", 0), ("catalog verify", 0), ("box add team/made", 0),
        ("box add other.img --name made --box-version 2.0", 0),
        ("box publish made --as team/made --to catalog --key old", 0), ("box outdated", 0), ("box update", 0),
        ("catalog rekey catalog --key new --old-key old", 0), ("box prune -n", 0), ("box prune", 0), ("box gc", 0),
        ("catalog remove catalog", 0), ("box remove made", 0),
    ]

    /// Where there is no project.
    static let withoutProject: [JSONCheck.Call] = [
        ("validate", 1), ("trust", 1), ("graph", 1), ("plan", 1), ("lock", 1), ("up", 1), ("provision", 1),
        ("sync", 1), ("reload", 1), ("suspend", 1), ("resume", 1), ("halt", 1), ("destroy -f", 1), ("status", 1),
        ("port", 1), ("logs", 1), ("ssh-config", 1), ("hosts", 1), ("exec -- true", 1),
        ("upload x :y", 1), ("download :x", 1),
        ("snapshot list", 1), ("snapshot save s", 1),
        ("snapshot restore s", 1), ("snapshot delete s", 1), ("box package", 1),
    ]

    /// Of machines that are not there.
    static let ofNobody: [JSONCheck.Call] = [
        ("graph nobody", 64), ("plan nobody", 64), ("lock nobody", 64), ("up nobody", 64), ("provision nobody", 64),
        ("sync nobody", 64), ("reload nobody", 64), ("suspend nobody", 64), ("resume nobody", 64), ("halt nobody", 64),
        ("destroy -f nobody", 64), ("status nobody", 64), ("port nobody", 64), ("logs nobody", 64),
        ("ssh-config nobody", 64), ("hosts nobody", 64), ("exec nobody -- true", 64), ("upload x nobody:y", 64),
        ("download nobody:x", 64), ("snapshot list nobody", 64),
        ("snapshot save s nobody", 64), ("snapshot restore s nobody", 64), ("snapshot delete s nobody", 64),
        ("box package nobody", 64), ("status nowhere/one", 64), ("port", 1), ("logs", 1),
        ("ssh-config", 1), ("exec -- true", 1),
    ]

    /// With an Envfile that has errors.
    static let ofBrokenEnvfile: [JSONCheck.Call] = [
        ("validate", 2), ("trust", 2), ("graph", 2), ("plan", 2), ("lock", 2), ("up", 2), ("provision", 2), ("sync", 2),
        ("reload", 2), ("destroy --orphans", 2), ("box build bad.yaml", 2),
    ]

    /// Of a snapshot that no machine has.
    static let ofNoSnapshot: [JSONCheck.Call] = [("snapshot restore s", 64), ("snapshot delete s", 64)]

    /// Of machines that another command works on.
    static let whileLocked: [JSONCheck.Call] = [
        ("halt", 4), ("destroy -f", 4), ("provision", 4), ("sync", 4), ("reload", 4),
    ]

    /// Of boxes and catalogs that are not there, or are there already.
    static let ofNoBox: [JSONCheck.Call] = [
        ("init", 1), ("init two/many@x@y", 64), ("manual no-page", 64), ("box add gone.img --name a", 1),
        ("box add no/box", 1), ("box verify no/box", 1), ("box remove no/box", 1), ("box update no/box", 1),
        ("box publish no/box --to catalog", 1), ("catalog add nowhere", 1), ("catalog list nowhere", 1),
        ("catalog remove nowhere", 1), ("catalog rekey nowhere --key old --old-key old", 1),
    ]

    /// Those that can't fail by what they are told.
    static let unfailing: Set<String> = [
        "doctor", "completion", "schema", "global-status", "box list", "box outdated", "box prune", "box gc",
        "catalog verify",
    ]
}
