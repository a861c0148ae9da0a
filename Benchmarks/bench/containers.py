"""The life of one machine: from nothing to an answer on SSH, halted, up again, destroyed."""

import shutil
from itertools import count

from .devenv import BOX
from .floor import FloorMachine
from .measure import interleave

_ENVFILE = f"""\
version: 1
name: bench-one
provider: container
machines:
  web:
    box: {BOX}
    forward: [20998:22]
"""

UP = "up, from nothing to SSH"
HALT = "halt --force"
AGAIN = "up, halted to SSH"
DESTROY = "destroy -f"
FLOOR, BARE = "floor", "floor, process and mount alone"


def measure(bench):
    lives = [lambda: _floor(bench)]
    if bench.devenv:
        serial = count()
        lives.append(lambda: _devenv(bench, f"one-{next(serial)}"))
    if bench.podman:
        lives.append(lambda: _podman(bench))
    # the first lives fill caches for the others
    for life in lives:
        life()
    bench.times.forget(UP, HALT, AGAIN, DESTROY)
    if bench.vagrant:
        interleave(bench.vagrant_rounds, lives + [lambda: _vagrant(bench)])
    interleave(max(0, bench.rounds - bench.vagrant_rounds), lives)


def _devenv(bench, name):
    project = bench.devenv.project(name, _ENVFILE)
    for what, *words in (UP, "up"), (HALT, "halt", "--force"), (AGAIN, "up"), (DESTROY, "destroy", "-f"):
        bench.times.add(what, "devenv", bench.devenv.run(project, *words))
    bench.devenv.projects.remove(project)
    shutil.rmtree(project)


def _floor(bench):
    times = bench.times
    machine = FloorMachine(bench.floor_directory, bench.rootfs, bench.user_key, bench.host_key)
    try:
        with times.taking(UP, FLOOR):
            machine.up()
        with times.taking(HALT, FLOOR):
            with times.taking(HALT, BARE):
                machine.halt()
            machine.network.change("delete", machine.forward)
        with times.taking(AGAIN, FLOOR):
            machine.start()
        with times.taking(DESTROY, FLOOR):
            with times.taking(DESTROY, BARE):
                machine.halt()
            machine.remove()
    finally:
        machine.discard()


def _podman(bench):
    with bench.times.taking(UP, "podman"):
        bench.podman.up()
    with bench.times.taking(DESTROY, "podman"):
        bench.podman.down()


def _vagrant(bench):
    vagrant = bench.vagrant
    for what, step in (UP, vagrant.up), (HALT, vagrant.halt), (AGAIN, vagrant.up), (DESTROY, vagrant.destroy):
        with bench.times.taking(what, "vagrant-lxc"):
            step()


def tabulate(table):
    table.add(UP, FLOOR, at_most=1.25)
    table.add(UP, "podman", at_most=0.5)
    table.add(UP, "vagrant-lxc", at_most=0.05)
    table.add(AGAIN, FLOOR)
    table.add(AGAIN, "vagrant-lxc")
    table.add(HALT, FLOOR, at_most=2)
    table.add(HALT, BARE)
    table.add(HALT, "vagrant-lxc")
    table.add(DESTROY, FLOOR, at_most=1.5)
    table.add(DESTROY, BARE)
    table.add(DESTROY, "podman")
    table.add(DESTROY, "vagrant-lxc")
