"""Taking times."""

import os
import statistics
import time
from contextlib import contextmanager


class Failure(RuntimeError):
    """A measured program did not do what it should."""


class Times:
    """Samples in milliseconds by what was measured and on whom."""

    def __init__(self):
        self.samples = {}
        self.amounts = {}

    def note(self, what, who, amount):
        """An amount of something other than time."""
        self.amounts[what, who] = amount

    def add(self, what, who, milliseconds):
        self.samples.setdefault((what, who), []).append(milliseconds)

    @contextmanager
    def taking(self, what, who):
        """Measures its block; a block that fails leaves no sample."""
        start = time.perf_counter()
        yield
        self.add(what, who, (time.perf_counter() - start) * 1000)

    def forget(self, *whats):
        """Drops samples, such as those of a first round."""
        self.samples = {key: value for key, value in self.samples.items() if key[0] not in whats}

    def has(self, what, who):
        return (what, who) in self.samples

    def count(self, what, who):
        return len(self.samples[what, who])

    def median(self, what, who):
        return statistics.median(self.samples[what, who])

    def minimum(self, what, who):
        return min(self.samples[what, who])


def interleave(rounds, subjects):
    """Calls all subjects in each round, each round beginning with another, so that none has the better moments."""
    for index in range(rounds):
        offset = index % len(subjects)
        for subject in subjects[offset:] + subjects[:offset]:
            subject()


class Program:
    """A program that is started over and over, with as little around it as can be: posix_spawn and wait."""

    def __init__(self, *words, directory=None, environment=None, statuses=(0,), log=os.devnull):
        self.words = [str(word) for word in words]
        self.directory = directory
        self.environment = dict(os.environ if environment is None else environment)
        self.statuses, self.log = statuses, str(log)

    def run(self):
        """Runs it once and returns how long that took."""
        os.chdir(self.directory or "/")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, self.log, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        start = time.perf_counter()
        child = os.posix_spawnp(self.words[0], self.words, self.environment, file_actions=actions)
        status = self._wait(child)
        taken = (time.perf_counter() - start) * 1000
        os.chdir("/")  # the directory may be removed before the next program starts
        if status not in self.statuses:
            raise Failure(f"{' '.join(self.words)}: status {status}: {self._output()}")
        return taken

    @staticmethod
    def _wait(child):
        try:
            status = os.waitpid(child, 0)[1]
        except BaseException:
            # an interrupted benchmark must not clean up under the feet of a program that still runs
            os.waitpid(child, 0)
            raise
        return os.waitstatus_to_exitcode(status)

    def _output(self):
        if self.log == os.devnull:
            return "its output was not kept"
        with open(self.log, errors="replace") as file:
            return file.read()[-2000:].strip()
