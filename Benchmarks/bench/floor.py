"""The floor: what a container costs when nothing but the necessary calls are made, by hand, one after the other.

Same isolation as devenv's own provider: overlay over the shared box with its owners shifted, user, pid, ipc, uts, mount
and network namespaces, the default seccomp profile for one architecture, the same capabilities and masked paths, a
bridge, an nftables table with a forward and masquerading, limits by control group. No state is kept, nothing is
checked, nothing survives a fault: a program that does all that will take longer, and this says how much.
"""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from . import kernel
from .ociconfig import machine_config

FIRST_ID, ID_COUNT = 100_000, 65_536
SSH = (
    "-F", "none", "-o", "KexAlgorithms=curve25519-sha256", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes",
    "-o", "IdentitiesOnly=yes",
)


def make_key(path):
    """An ed25519 key pair."""
    kernel.call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", path)
    return path


class FloorNetwork:
    """A bridge with its rules, and the forwards of the machines on it."""

    serial = 0

    def __init__(self):
        FloorNetwork.serial += 1
        # what is left of the last run may still be on its way out: names are used once
        self.name = f"bf{os.getpid() % 0xFFFF:x}{FloorNetwork.serial:x}"
        self.octet = FloorNetwork.serial % 250
        self.subnet = f"10.213.{self.octet}"
        self.gateway = f"{self.subnet}.1"
        self.is_made = False

    def make(self, forwards=()):
        self.is_made = True
        name = self.name
        kernel.call("ip", "-batch", "-", text=f"""\
link add name {name} address 02:00:00:00:01:{self.octet:02x} type bridge
link set dev {name} addrgenmode none up
addr add {self.gateway}/24 dev {name} noprefixroute
route replace {self.subnet}.0/24 dev {name} proto kernel scope link src {self.gateway} quickack 1
""")
        elements = f"elements = {{ {', '.join(forwards)} }}" if forwards else ""
        kernel.call("nft", "-f", "-", text=f"""\
table inet {name} {{
    map ports {{ type inet_service : ipv4_addr . inet_service; {elements} }}
    chain arriving {{ type nat hook prerouting priority dstnat; fib daddr type local dnat ip to tcp dport map @ports; }}
    chain sending {{ type nat hook output priority -100; fib daddr type local dnat ip to tcp dport map @ports; }}
    chain departing {{ type nat hook postrouting priority srcnat; iifname "{name}" oifname != "{name}" masquerade; }}
}}
""")

    def change(self, verb, forward):
        """Gives a halted machine its forward again (`add`), or takes away what a halt leaves nobody to answer on (`delete`)."""
        kernel.call("nft", verb, "element", "inet", self.name, "ports", f"{{ {forward} }}")

    def withdraw(self):
        """Removes the bridge and the rules, as no machine is on the network any more.

        At the same time, as each spends most of its own waiting for the kernel.
        """
        link = subprocess.Popen(["ip", "link", "delete", "dev", self.name])
        kernel.call("nft", "delete", "table", "inet", self.name)
        if link.wait() != 0:
            raise RuntimeError(f"the bridge {self.name} can't be removed")
        self.is_made = False

    def discard(self):
        """Cleans up after whatever happened; nothing there is fine."""
        kernel.call("nft", "delete", "table", "inet", self.name, quiet=True)
        kernel.call("ip", "link", "delete", "dev", self.name, quiet=True)


class FloorMachine:
    """One container, from nothing to an answer on SSH and back to nothing, on a network of its own or on one with others."""

    serial = 0

    def __init__(self, directory, rootfs, user_key, host_key, network=None, number=0):
        FloorMachine.serial += 1
        self.name = f"bm{os.getpid() % 0xFFFF:x}{FloorMachine.serial:x}"
        self.home = Path(directory) / self.name
        self.run = Path(directory) / "run" / self.name
        self.rootfs, self.user_key, self.host_key = Path(rootfs), Path(user_key), Path(host_key)
        self.is_alone = network is None
        self.network = network or FloorNetwork()
        self.address = f"{self.network.subnet}.{10 + number}"
        self.forward = f"{20_000 + FloorMachine.serial % 250} : {self.address} . 22"
        self.starts = 0
        self.process = None

    # MARK: up

    def up(self):
        """Ends when `ssh … true` has ended."""
        self.make_directories()
        self.start()

    def start(self):
        """The same for a machine that was halted."""
        self.mount_root()
        self.write_files()
        if self.is_alone:
            self.connect()
        self.create()
        self.attach()
        self.runc("start", self.name)
        self.await_server()
        self.ssh("true")

    def make_directories(self):
        for path in (self.home / "upper", self.home / "work", self.run / "lower", self.run / "root", self.run / "bundle"):
            path.mkdir(mode=0o711, parents=True)
        os.chown(self.home / "upper", FIRST_ID, FIRST_ID)
        (self.home / "upper").chmod(0o755)

    def mount_root(self):
        namespace = kernel.user_namespace(FIRST_ID, ID_COUNT)
        lower, root = self.run / "lower", self.run / "root"
        kernel.attach_shifted(self.rootfs, lower, namespace)
        os.close(namespace)
        kernel.mount("overlay", root, f"lowerdir={lower},upperdir={self.home}/upper,workdir={self.home}/work")
        kernel.unmount(lower, lazily=True)

    def write_files(self):
        root = self.run / "root"
        hosts = f"127.0.0.1 localhost\n{self.address} {self.name}\n"
        self.put(root / "etc/hosts", hosts, 0o644)
        self.put(root / "etc/hostname", self.name + "\n", 0o644)
        self.put(root / "etc/resolv.conf", "", 0o644)
        self.put(root / "etc/ssh/ssh_host_ed25519_key", self.host_key.read_text(), 0o600)
        self.put(root / "root/.ssh/authorized_keys", self.user_key.with_suffix(".pub").read_text(), 0o600)
        public = " ".join(self.host_key.with_suffix(".pub").read_text().split()[:2])
        (self.run / "known_hosts").write_text(f"{self.address} {public}\n")
        config = machine_config(self.name, root, FIRST_ID, ID_COUNT)
        (self.run / "bundle/config.json").write_text(json.dumps(config))

    @staticmethod
    def put(path, text, mode):
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700)
            os.chown(path.parent, FIRST_ID, FIRST_ID)
        path.write_text(text)
        path.chmod(mode)
        os.chown(path, FIRST_ID, FIRST_ID)

    def connect(self):
        if self.network.is_made:
            self.network.change("add", self.forward)
        else:
            self.network.make([self.forward])

    def create(self):
        with open(self.run / "console.log", "wb") as log:
            # the container keeps what it is given as output: a pipe would never end
            self.runc("create", "--bundle", self.run / "bundle", self.name, output=log)
        groups = Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup")
        group = next(root for root in groups if (root / "bench" / self.name / "cgroup.procs").exists())
        self.process = int((group / "bench" / self.name / "cgroup.procs").read_text().split()[0])

    def attach(self):
        # that of the last start may still be on its way out
        self.starts += 1
        cable = f"{self.name}v{self.starts}"
        kernel.call("ip", "-batch", "-", text=f"""\
link add name {cable} type veth peer name eth0 netns {self.process}
link set dev {cable} master {self.network.name} addrgenmode none up
""")
        kernel.call("nsenter", f"--net=/proc/{self.process}/ns/net", "ip", "-batch", "-", text=f"""\
link set dev eth0 up
addr add {self.address}/24 dev eth0 noprefixroute
route replace {self.network.subnet}.0/24 dev eth0 src {self.address} quickack 1
route replace default via {self.network.gateway} quickack 1
""")

    def await_server(self):
        """Looks for the listening socket: a connection made only to see it would cost the server a child."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with open(f"/proc/{self.process}/net/tcp") as table:
                if any(" 00000000:0016 " in line and " 0A " in line for line in table):
                    return
            time.sleep(0.0005)
        raise TimeoutError(f"sshd of {self.name} does not listen: {(self.run / 'console.log').read_text()[-500:]}")

    def ssh(self, *command):
        kernel.call(
            "ssh", *SSH, "-i", self.user_key, "-o", f"UserKnownHostsFile={self.run}/known_hosts",
            f"root@{self.address}", *command)

    def runc(self, *arguments, output=subprocess.DEVNULL):
        log = self.run / "runc.log"
        words = ["runc", "--root", self.run / "runc", "--log", log, *arguments]
        result = subprocess.run(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"runc {arguments[0]}: {log.read_text()[-500:]}")

    # MARK: down

    def halt(self):
        """Kills it and takes down what only a running container needs, but for the bridge and the rules."""
        if self.process:
            kernel.kill(self.process)
            self.runc("delete", self.name)
            self.process = None
        kernel.unmount(self.run / "root")

    def remove(self):
        """The other half of a destroy: leaves nothing."""
        if self.is_alone:
            self.network.withdraw()
        shutil.rmtree(self.run)
        shutil.rmtree(self.home)

    def discard(self):
        """Cleans up after whatever happened; nothing there is fine."""
        if not self.home.exists():
            return
        if self.process:
            kernel.kill(self.process)
        kernel.call("runc", "--root", self.run / "runc", "delete", "-f", self.name, quiet=True)
        kernel.call("umount", "-l", self.run / "root", quiet=True)
        kernel.call("umount", "-l", self.run / "lower", quiet=True)
        if self.is_alone:
            self.network.discard()
        for path in (self.run, self.home):
            shutil.rmtree(path, ignore_errors=True)
