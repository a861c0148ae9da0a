"""`up` of a running machine with 20 small scripts that are new, beside the same scripts by hand over one connection of ssh."""

from itertools import count

from .devenv import BOX
from .measure import Program, interleave

UP = "up, 20 small scripts"
PIPED, CALLED = "ssh, all in one call", "ssh, a call each over one connection"

_SCRIPTS = 20


def _script(index, round_):
    return f"echo {round_} >/tmp/mark-{index}"


def _envfile(round_):
    items = "".join(
        f"      - name: s{index}\n        shell: {{ inline: \"{_script(index, round_)}\", privileged: false }}\n"
        for index in range(_SCRIPTS)) if round_ else ""
    return f"""\
version: 1
name: bench-scripts
provider: container
machines:
  web:
    box: {BOX}
    provision:{' []' if not items else ''}
{items}"""


def measure(bench):
    if not bench.devenv:
        return
    project = bench.devenv.project("scripts", _envfile(0))
    bench.devenv.run(project, "up")
    config = bench.workspace.path / "ssh-config-of-scripts"
    config.write_text(bench.devenv.output(project, "ssh-config"))
    scripts = _Scripts(bench, project, config)
    interleave(bench.rounds, [scripts.by_devenv, scripts.piped, scripts.called])
    bench.devenv.run(project, "destroy", "-f")


class _Scripts:
    """The scripts, other ones in each round."""

    def __init__(self, bench, project, config):
        self.bench, self.project, self.config = bench, project, config
        self.serial = count(1)

    def by_devenv(self):
        round_ = next(self.serial)
        (self.project / "Envfile").write_text(_envfile(round_))
        self.bench.times.add(UP, "devenv", self.bench.devenv.run(self.project, "up"))
        self._expect(round_)

    def piped(self):
        """Each script is stored in a private place, run and removed, as devenv does it; all of that is one text."""
        round_ = next(self.serial)
        steps = "".join(
            f"d=$(mktemp -d)\ncat >$d/script <<'END'\n{_script(index, round_)}\nEND\nsh $d/script\nrm -rf $d\n"
            for index in range(_SCRIPTS))
        self.bench.times.add(UP, PIPED, self._program("ssh", "-F", self.config, "web", steps).run())
        self._expect(round_)

    def called(self):
        """One connection, opened by the first call and closed by the last."""
        round_ = next(self.serial)
        socket = self.bench.workspace.path / "control"
        ssh = f"ssh -F '{self.config}' -o ControlPath='{socket}'"
        calls = "".join(f"{ssh} web '{_script(index, round_)}'\n" for index in range(_SCRIPTS))
        text = f"set -e\n{ssh} -o ControlMaster=yes -o ControlPersist=yes web true\n{calls}{ssh} -O exit web\n"
        self.bench.times.add(UP, CALLED, self._program("sh", "-c", text).run())
        self._expect(round_)

    def _expect(self, round_):
        """Whoever was measured has run all of them."""
        self._program("ssh", "-F", self.config, "web", f"test $(cat /tmp/mark-* | grep -cx {round_}) = {_SCRIPTS}").run()

    def _program(self, *words):
        return Program(*words, log=self.bench.workspace.path / "scripts.log")


def tabulate(table):
    table.add(UP, CALLED, at_most=1.5)
    table.add(UP, PIPED)
