"""Snapshots of a container, with little and with 1 GiB written to it, beside a copy of what it has written."""

import shutil
from itertools import count

from .devenv import BOX
from .measure import Program, interleave

_ENVFILE = f"""\
version: 1
name: bench-snapshots
provider: container
machines:
  web: {{ box: {BOX} }}
"""
# 1,024 files of 1 MiB that don't compress and have no holes
_FILL = (
    "mkdir data && head -c 1M /dev/urandom > data/1 && "
    "for file in $(seq 2 1024); do cp --reflink=never data/1 data/$file; done; sync")
_SIZES = {"little": "sync", "1 GiB": _FILL}
PEER = "cp -a"
_ROUNDS = 3  # each writes a gigabyte three times


def _row(action, state, size):
    return f"snapshot {action}, {state}, {size}"


def measure(bench):
    if not bench.devenv:
        return
    serial = count()
    # the first life fills caches for the others
    _life(bench, next(serial), "little")
    bench.times.forget(_row("save", "running", "little"), *[row for row, _ in _rows("little")])
    lives = [lambda size=size: _life(bench, next(serial), size) for size in _SIZES]
    interleave(min(bench.rounds, _ROUNDS), lives)


def _life(bench, number, size):
    devenv, times = bench.devenv, bench.times
    project = devenv.project(f"snapshots-{number}", _ENVFILE)

    def take(action, state, *words):
        times.add(_row(action, state, size), "devenv", devenv.run(project, "snapshot", *words))

    devenv.run(project, "up")
    devenv.run(project, "ssh", "-c", _SIZES[size])
    # what is copied first finds less in the cache, and leaves less room for what is written
    steps = [lambda: _copy(bench, size), lambda: take("save", "running", "save", "running")]
    for step in steps if number // len(_SIZES) % 2 else reversed(steps):
        step()
    devenv.run(project, "halt")
    take("save", "halted", "save", "halted")
    # beginning and ending with nothing written since: what is removed is the machine's own business
    take("restore", "halted", "restore", "halted")
    take("restore", "to running", "restore", "running")
    take("delete", "running", "delete", "halted")
    devenv.run(project, "destroy", "-f")
    devenv.projects.remove(project)
    shutil.rmtree(project)


def _copy(bench, size):
    """Copies what the only machine there is has written, to where nothing was."""
    upper = next((bench.devenv.home / "containers").glob("*/*/upper"))
    target = bench.workspace.path / f"copy-{next(_copies)}"
    bench.times.add(_row("save", "running", size), PEER, Program("cp", "-a", upper, target).run())
    shutil.rmtree(target)


_copies = count()


def _rows(size):
    # what is moved can't be moved faster than by a copy; what is not moved takes no longer for being big
    return [
        (_row("save", "halted", size), 100), (_row("restore", "halted", size), 100),
        (_row("restore", "to running", size), None), (_row("delete", "running", size), None)]


def tabulate(table):
    for size in _SIZES:
        table.add(_row("save", "running", size), PEER, at_most=1.5 if size != "little" else None)
        for row, limit in _rows(size):
            table.add_alone(row, "", limit=limit)
