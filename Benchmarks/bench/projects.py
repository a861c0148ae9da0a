"""What is typed all day in large projects, and on hosts with many of them."""

from .devenv import BOX
from .measure import Program, interleave
from .plans import envfile as large_envfile
from .starts import Subject

MACHINES = 60
PROJECTS = 50
VALIDATE = "validate, 1,000 machines"
COMPLETE = "completion of a machine's name"
STATUS = f"status, {MACHINES} machines"
GLOBAL = f"global-status, {PROJECTS} projects"


def measure(bench):
    if not bench.devenv:
        return
    devenv = bench.devenv
    large = devenv.project("validate", large_envfile(1_000))
    many = devenv.project("many", _many(MACHINES))
    devenv.run(many, "up", "-j", "8")
    for number in range(PROJECTS):
        devenv.run(devenv.project(f"p{number}", _many(1)), "up")
    complete = ("---completion", "ssh", "--", "positional@0", "1", "0", "devenv", "ssh", "")
    subjects = [
        Subject(bench.times, what, "devenv", devenv.command(project, *words))
        for what, project, words in (
            (VALIDATE, large, ("validate",)), (COMPLETE, many, complete), (STATUS, many, ("status",)),
            (GLOBAL, many, ("global-status",)))
    ]
    interleave(bench.rounds, subjects)
    if bench.vagrant:
        _measure_vagrant(bench)
    devenv.discard_machines()


def _measure_vagrant(bench):
    """Few rounds, as each takes seconds; of machines that were never made."""
    place = {"directory": bench.vagrant.project, "environment": bench.vagrant.environment}

    def take(what, word):
        program = Program("vagrant", word, log=bench.workspace.path / "log", **place)
        interleave(bench.vagrant_rounds, [Subject(bench.times, what, "vagrant", program)])

    bench.vagrant.write_project([f"node-{number}" for number in range(1_000)])
    take(VALIDATE, "validate")
    bench.vagrant.write_project([f"node-{number}" for number in range(MACHINES)])
    take(STATUS, "status")
    take(GLOBAL, "global-status")
    bench.vagrant.write_project(["web"])


def _many(count):
    return f"version: 1\nprovider: container\nmachines:\n  node: {{ box: {BOX}, count: {count} }}\n"


def tabulate(table):
    for what, limit in (VALIDATE, 100), (STATUS, 300), (GLOBAL, 300):
        if table.times.has(what, "vagrant"):
            table.add(what, "vagrant", limit=limit)
        else:
            table.add_alone(what, "", limit=limit)
    table.add_alone(COMPLETE, f"{MACHINES} machines", limit=20)
