"""A folder that is watched: from a save to the new content in the machine, and what that costs while nothing is saved."""

import os
import random
import statistics
import time
from pathlib import Path

from .devenv import BOX
from .measure import Failure, Program

_NOISE = os.urandom(1 << 20)


def envfile(folders):
    """A machine with watched folders."""
    sync = ", ".join(f"{{ source: {source}, target: {target}, watch: true }}" for source, target in folders)
    return f"""\
version: 1
name: bench-live
provider: container
machines:
  web:
    box: {BOX}
    sync: [{sync}]
"""


def fill(top, files, files_a_directory=10, size=2_000):
    """Names as deep as those of a project are."""
    for directory in range(files // files_a_directory):
        path = top / f"part{directory % 20}" / f"module{directory}"
        path.mkdir(parents=True)
        for file in range(files_a_directory):
            start = random.randrange(len(_NOISE) - size)
            (path / f"file{file}").write_bytes(_NOISE[start:start + size])


class LiveMachine:
    """A machine that runs, with its folders being watched, and its files as this host sees them."""

    def __init__(self, devenv, project):
        self.devenv, self.project = devenv, project
        devenv.run(project, "up")
        self.wait_until_watched()
        self.files = next((devenv.home / "run/containers").glob("*/*/rootfs"))

    def wait_until_watched(self, limit=300):
        """Waits for the first comparison of each folder."""
        end = time.monotonic() + limit
        while True:
            said = self.devenv.output(self.project, "status", "web")
            states = [line.split()[2].rstrip(";") for line in said.splitlines() if line.strip().startswith("watched")]
            if states and all(state == "watching" for state in states):
                return
            if time.monotonic() > end:
                raise Failure(f"the folders are not watched: {said}")
            time.sleep(0.2)

    def watcher(self):
        """The process that watches."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if len(words) > 5 and words[1] == b"live-watch" and words[5] == str(self.project).encode():
                return process
        raise Failure("nothing watches")


def save(source, seen, content, limit=10):
    """Saves a file as editors do, by a rename, and gives the milliseconds until the machine has it."""
    temporary = source.with_name(f".{source.name}.new")
    start = time.perf_counter()
    temporary.write_bytes(content)
    temporary.rename(source)
    while True:
        try:
            if seen.read_bytes() == content:
                return (time.perf_counter() - start) * 1000
        except OSError:
            pass  # between two of its states, or not there yet
        if time.perf_counter() - start > limit:
            raise Failure(f"'{seen}' has not come for {limit} seconds")
        time.sleep(0.0005)


def latencies(machine, source, inside, rounds):
    """The milliseconds of saves of files anywhere in the tree."""
    files = sorted(path for path in source.glob("part*/module*/file*"))
    taken = []
    for number in range(rounds):
        file = random.choice(files)
        content = f"{number} {random.random()}\n".encode() * 50
        taken.append(save(file, machine.files / inside / file.relative_to(source), content))
        time.sleep(random.uniform(0.02, 0.08))
    return taken


def idle(process, seconds):
    """What a process takes of one processor, in percent, and of memory, in megabytes, while nothing happens."""
    def ticks():
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(seconds)
    share = (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds * 100
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS"))
    return share, int(line.split()[1]) / 1000


def rsync_by_hand(bench_directory, devenv, project, source, rounds):
    """The milliseconds of an rsync over a connection that stands, after each save."""
    config = bench_directory / "ssh-config"
    config.write_text(devenv.output(project, "ssh-config"))
    master = ["-o", "ControlMaster=auto", "-o", f"ControlPath={bench_directory}/master", "-o", "ControlPersist=120"]
    shell = " ".join(["ssh", "-F", str(config), *master])
    call = Program(
        "rsync", "-a", "--delete", "-e", shell, f"{source}/", "web:by-hand/", log=bench_directory / "rsync.log")
    call.run()
    file = next(iter(sorted(source.glob("part*/module*/file*"))))
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        file.write_text(f"{number}\n" * 99)
        call.run()
        taken.append((time.perf_counter() - start) * 1000)
    Program("ssh", "-F", str(config), *master, "-O", "exit", "web", log=os.devnull).run()
    return taken


def share(samples, percent):
    """The value that so many percent of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median(samples):
    return statistics.median(samples)
