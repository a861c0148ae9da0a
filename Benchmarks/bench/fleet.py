"""The floor of many machines: the same calls by hand, eight machines at a time."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from .floor import FloorMachine, FloorNetwork
from .ociconfig import seccomp_filter

WORKERS = 8


class FloorFleet:
    """Machines on one network, made and ended eight at a time, by as many processes: threads would wait for each other."""

    def __init__(self, count, *what):
        self.network = FloorNetwork()
        self.machines = [FloorMachine(*what, network=self.network, number=number) for number in range(count)]
        self.workers = ProcessPoolExecutor(min(count, WORKERS), mp_context=get_context("fork"))
        self.each(_warm)

    def each(self, step):
        self.machines = list(self.workers.map(step, self.machines))

    def up(self):
        self.network.make()
        self.each(_up)

    def destroy(self):
        self.each(_destroy)
        self.network.withdraw()

    def discard(self):
        """Cleans up after whatever happened; nothing there is fine."""
        self.workers.shutdown(cancel_futures=True)
        for machine in self.machines:
            machine.discard()
        if self.network.is_made:
            self.network.discard()


def _warm(machine):
    """What a process does once is in no machine's time."""
    seccomp_filter()
    return machine


def _up(machine):
    machine.up()
    return machine


def _destroy(machine):
    machine.halt()
    machine.remove()
    return machine
