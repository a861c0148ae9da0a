"""Commands that have nothing to do: how long until they have said so."""

from .devenv import BOX
from .measure import Program, interleave

_TRIO = f"""\
version: 1
name: bench-trio
provider: container
machines:
  node: {{ box: {BOX}, count: 3 }}
"""

VERSION = "--version"
STATUS = "status, 3 machines"
NOTHING = "up, nothing to do, 3 machines"


def measure(bench):
    subjects = [Subject(bench.times, VERSION, "/bin/true", Program("/bin/true"))]
    subjects.append(Subject(bench.times, STATUS, "/bin/true", Program("/bin/true")))
    if bench.devenv:
        project = bench.devenv.project("trio", _TRIO)
        bench.devenv.run(project, "up")
        for what, *words in (VERSION, "--version"), (STATUS, "status"), (NOTHING, "up"):
            subjects.append(Subject(bench.times, what, "devenv", bench.devenv.command(project, *words)))
    interleave(bench.rounds * 3, subjects)
    if bench.vagrant:
        _measure_vagrant(bench)
    if bench.devenv:
        bench.devenv.run(project, "destroy", "-f")


def _measure_vagrant(bench):
    """Few rounds, as each takes seconds; of machines that were never made, which is Vagrant's quickest status."""
    bench.vagrant.write_project(["node-1", "node-2", "node-3"])
    place = {"directory": bench.vagrant.project, "environment": bench.vagrant.environment}
    subjects = [
        Subject(bench.times, what, "vagrant", Program("vagrant", word, log=bench.workspace.path / "log", **place))
        for what, word in ((VERSION, "--version"), (STATUS, "status"))
    ]
    interleave(bench.vagrant_rounds + 1, subjects)
    bench.vagrant.write_project(["web"])


class Subject:
    """A program whose times go under a name."""

    def __init__(self, times, what, who, program):
        self.times, self.what, self.who, self.program = times, what, who, program

    def __call__(self):
        self.times.add(self.what, self.who, self.program.run())


def tabulate(table):
    table.add(VERSION, "/bin/true", limit=5)
    table.add(VERSION, "vagrant")
    table.add(STATUS, "/bin/true", limit=25)
    table.add(STATUS, "vagrant")
    table.add_alone(NOTHING, "", limit=150)
