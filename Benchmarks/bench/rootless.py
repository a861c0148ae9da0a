"""The life of one machine of an ordinary user's, beside the same of root's."""

import json
import os
import pwd
import shutil
import signal
from itertools import count
from pathlib import Path

from . import kernel
from .devenv import BOX
from .measure import Failure, Program, interleave

_ENVFILE = f"""\
version: 1
name: bench-own
provider: container
machines:
  web:
    box: {BOX}
"""

UP = "up as a user, from nothing to SSH"
FIRST = "up as a user, the first machine"
AGAIN = "up as a user, halted to SSH"
DESTROY = "destroy -f as a user"
ROOT = "as root"
_NEEDED = "newuidmap", "newgidmap", "slirp4netns", "useradd", "userdel", "mknod"


def measure(bench):
    if not bench.devenv:
        return
    absent = [tool for tool in _NEEDED if not shutil.which(tool)]
    if absent:
        bench.absent["containers of users"] = f"not installed: {', '.join(absent)}"
        return
    with _User(bench) as user:
        serial = count()

        def root(what):
            _live(bench.times, ROOT, bench.devenv.run, bench.devenv.project(f"root-{next(serial)}", _ENVFILE), what)

        def own(what):
            _live(bench.times, "devenv", user.run, user.project(f"own-{next(serial)}"), what)

        # the first lives fill caches for the others
        for life in root, own:
            life(FIRST)
        bench.times.forget(FIRST, AGAIN, DESTROY)
        interleave(bench.rounds, [lambda: root(FIRST), lambda: own(FIRST)])
        bench.times.forget(AGAIN, DESTROY)
        # with another machine of each that runs, as on a day of work
        others = [
            (bench.devenv.run, bench.devenv.project("root-other", _ENVFILE)), (user.run, user.project("own-other"))]
        for run, project in others:
            run(project, "up")
        interleave(bench.rounds, [lambda: root(UP), lambda: own(UP)])
        for run, project in others:
            run(project, "destroy", "-f")


def _live(times, who, run, project, what):
    """One life; `what` its beginning is noted as."""
    for step, *words in (what, "up"), (None, "halt", "--force"), (AGAIN, "up"), (DESTROY, "destroy", "-f"):
        taken = run(project, *words)
        if step:
            times.add(step, who, taken)
    shutil.rmtree(project)


class _User:
    """An account with subordinate ids and a store of its own with the box. What runs as it is started by one process that has become
    the user once, so that a command takes no longer to start than root's."""

    def __init__(self, bench):
        self.bench = bench
        self.directory = bench.workspace.directory("user-home")
        self.home = self.directory / "home"
        self.name = f"devenv-bench-{os.getpid()}"
        self.child = None

    def __enter__(self):
        kernel.call("useradd", "--create-home", "--home-dir", self.home, "--shell", "/bin/sh", self.name)
        self.bench.workspace.at_end(self._remove)
        self.entry = pwd.getpwnam(self.name)
        # its own copies: where the program was built, nobody else may look; and hosts differ in who may open the device
        shutil.copy(self.bench.devenv.binary, self.home / "devenv")
        kernel.call("mknod", "--mode=666", self.directory / "tun", "c", "10", "200")
        archive = self.home / "box.tar"
        kernel.call(
            "tar", "-C", self.bench.rootfs, "--xattrs", "--xattrs-include=*", "--numeric-owner", "-cf", archive, ".")
        self._start()
        self.run(self.home, "box", "add", archive, "--name", BOX)
        archive.unlink()
        return self

    def __exit__(self, *_):
        """What is to be undone is undone at the end."""

    def project(self, name):
        """Makes a project of the user's."""
        path = self.home / name
        path.mkdir()
        (path / "Envfile").write_text(_ENVFILE)
        for part in (path, path / "Envfile"):
            os.chown(part, self.entry.pw_uid, self.entry.pw_gid)
        return path

    def run(self, project, *words):
        """Runs a command of the user's in a project and returns how long that took."""
        self.orders.write(json.dumps([str(project), *map(str, words)]) + "\n")
        self.orders.flush()
        answer = self.answers.readline()
        try:
            return float(answer)
        except ValueError as error:
            raise Failure(answer.strip() or "the process that runs the user's commands has ended") from error

    def _start(self):
        (order_end, self_orders), (self_answers, answer_end) = os.pipe(), os.pipe()
        self.child = os.fork()
        if self.child == 0:
            for end in (self_orders, self_answers):
                os.close(end)
            try:
                self._become()
                self._serve(os.fdopen(order_end), os.fdopen(answer_end, "w"))
            finally:
                os._exit(0)
        for end in (order_end, answer_end):
            os.close(end)
        self.orders, self.answers = os.fdopen(self_orders, "w"), os.fdopen(self_answers)

    def _become(self):
        kernel.unshare_mounts()
        kernel.bind(self.directory / "tun", "/dev/net/tun")
        os.setgroups([])
        os.setgid(self.entry.pw_gid)
        os.setuid(self.entry.pw_uid)

    def _serve(self, orders, answers):
        environment = {
            "HOME": str(self.home), "PATH": "/usr/bin:/bin", "DEVENV_SHARED_BOXES": "", "NO_COLOR": "1",
            "XDG_RUNTIME_DIR": str(self.home / "run")}
        for order in orders:
            project, *words = json.loads(order)
            program = Program(
                self.home / "devenv", *words, directory=project, environment=environment, log=self.home / "log")
            try:
                answer = str(program.run())
            except (Failure, OSError) as error:
                answer = str(error).replace("\n", " ")
            answers.write(answer + "\n")
            answers.flush()

    def _remove(self):
        if self.child:
            for envfile in self.home.glob("*/Envfile"):
                try:
                    self.run(envfile.parent, "destroy", "-f")
                except (Failure, OSError):
                    pass  # its processes are killed below
            self.orders.close()
            os.waitpid(self.child, 0)
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if process.stat().st_uid == self.entry.pw_uid:
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                pass  # it has ended
        kernel.call("userdel", "--force", self.name, quiet=True)
        shutil.rmtree(self.directory, ignore_errors=True)


def tabulate(table):
    table.add(UP, ROOT, at_most=1.1)
    table.add(FIRST, ROOT, at_most=1.1)
    table.add(AGAIN, ROOT)
    table.add(DESTROY, ROOT)
