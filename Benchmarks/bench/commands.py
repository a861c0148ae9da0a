"""A command in a running container, beside ssh(1) by hand with the same key, straight to the machine's address."""

from .devenv import BOX
from .floor import SSH
from .measure import Program, interleave

_ENVFILE = f"""\
version: 1
name: bench-commands
provider: container
machines:
  web: {{ box: {BOX} }}
"""

NEW, STANDING, EXEC = "ssh -c true", "ssh -c true, connection standing", "exec true"
PEER = "ssh"


def measure(bench):
    if not bench.devenv:
        return
    project = bench.devenv.project("commands", _ENVFILE)
    bench.devenv.run(project, "up")
    config = bench.workspace.path / "ssh-config-of-commands"
    config.write_text(bench.devenv.output(project, "ssh-config"))
    best = ["-F", config, *SSH[2:]]
    socket = bench.workspace.path / "master"
    shared = ["-o", f"ControlPath={socket}"]
    Program("ssh", *best, *shared, "-o", "ControlMaster=yes", "-o", "ControlPersist=yes", "-N", "-f", "web").run()
    programs = [
        (NEW, "devenv", bench.devenv.command(project, "ssh", "-c", "true")),
        (NEW, PEER, Program("ssh", *best, "web", "true")),
        (STANDING, "devenv", bench.devenv.command(project, "ssh", "-c", "true", "--", *shared)),
        (STANDING, PEER, Program("ssh", *best, *shared, "web", "true")),
        (EXEC, "devenv", bench.devenv.command(project, "exec", "web", "--", "true")),
    ]
    try:
        subjects = [lambda row=row: bench.times.add(row[0], row[1], row[2].run()) for row in programs]
        interleave(bench.rounds * 2, subjects)
    finally:
        Program("ssh", *best, *shared, "-O", "exit", "web", statuses=(0, 255)).run()
        bench.devenv.run(project, "destroy", "-f")


def tabulate(table):
    table.add(NEW, PEER, at_most=1.1)
    table.add(STANDING, PEER)
    table.add_alone(EXEC, "")
