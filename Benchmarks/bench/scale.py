"""One box, 1 to 100 machines: up, what they take, and away again."""

import json
import shutil
import time
from itertools import count
from pathlib import Path

from .devenv import BOX
from .fleet import WORKERS, FloorFleet
from .measure import Failure, interleave

COUNTS = 1, 10, 50, 100
FLOOR = "floor"
_ROUNDS = 5  # each makes some 320 machines
MEMORY = "memory of each of 100 machines"
LEFT = "processes of devenv beside 100 machines"


def _envfile(machines):
    return f"""\
version: 1
name: bench-scale
provider: container
machines:
  node: {{ box: {BOX}, count: {machines} }}
"""


def _row(action, machines):
    return f"{action}, {machines} machine{'' if machines == 1 else 's'}"


def _each(action, machines):
    return f"{action}, each of {machines}"


def measure(bench):
    serial = count()
    lives = []
    for machines in COUNTS:
        lives.append(lambda machines=machines: _floor(bench, machines))
        if bench.devenv:
            lives.append(lambda machines=machines: _devenv(bench, f"scale-{next(serial)}", machines))
    # the first lives fill caches for the others
    for life in lives[:2]:
        life()
    bench.times.forget(_row("up", 1), _row("destroy", 1), _each("up", 1), _each("destroy", 1))
    interleave(min(bench.rounds, _ROUNDS), lives)


def _note(bench, action, who, machines, milliseconds):
    bench.times.add(_row(action, machines), who, milliseconds)
    bench.times.add(_each(action, machines), who, milliseconds / machines)


def _floor(bench, machines):
    fleet = FloorFleet(machines, bench.floor_directory, bench.rootfs, bench.user_key, bench.host_key)
    try:
        for action, step in ("up", fleet.up), ("destroy", fleet.destroy):
            start = time.perf_counter()
            step()
            _note(bench, action, FLOOR, machines, (time.perf_counter() - start) * 1000)
    finally:
        fleet.discard()


def _devenv(bench, name, machines):
    devenv = bench.devenv
    project = devenv.project(name, _envfile(machines))
    _note(bench, "up", "devenv", machines, devenv.run(project, "up", "-j", WORKERS))
    running = sum(entry["state"] == "running" for entry in json.loads(devenv.output(project, "status", "--json"))["machines"])
    if running != machines:
        raise Failure(f"{running} of {machines} machines run")
    if machines == max(COUNTS):
        bench.times.note(MEMORY, "devenv", _memory(devenv) / machines / 1e6)
        bench.times.note(LEFT, "devenv", len(_processes(devenv)))
    _note(bench, "destroy", "devenv", machines, devenv.run(project, "destroy", "-f", "-j", WORKERS))
    devenv.projects.remove(project)
    shutil.rmtree(project)


def _memory(devenv):
    """What the kernel counts for the project's machines: their processes, its own data for them, and files they read first."""
    project = next((devenv.home / "containers").iterdir()).name
    groups = Path("/sys/fs/cgroup")
    files = [
        *groups.glob(f"memory/devenv/{project}/*/memory.usage_in_bytes"), *groups.glob(f"devenv/{project}/*/memory.current")]
    return sum(int(file.read_text()) for file in files)


def _processes(devenv):
    """The processes of the program that is measured."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("exe").resolve() == devenv.binary:
                found.append(process.name)
        except OSError:
            continue  # it has ended meanwhile
    return found


def tabulate(table):
    for machines in COUNTS:
        table.add(_row("up", machines), FLOOR, at_most=1.25)
    table.add_growth(_each("up", 10), _each("up", 100), at_most=1.1)
    for machines in COUNTS:
        table.add(_row("destroy", machines), FLOOR, at_most=1.5)
    table.add_growth(_each("destroy", 10), _each("destroy", 100), at_most=1.1)
    table.add_bounded(MEMORY, "", at_most=2, unit=" MB")
    table.add_bounded(LEFT, "", at_most=0)
