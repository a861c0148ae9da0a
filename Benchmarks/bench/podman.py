"""podman as a peer: the same root file system, a bridge network, until SSH answers."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from . import kernel
from .floor import SSH

PACKAGES = ("podman",)

# Without CAP_SYS_RESOURCE no limit can be raised, and podman always asks for some.
_WRAPPER = r"""#!/bin/sh
for word in "$@"; do
    if [ "$previous" = --bundle ] && [ -f "$word/config.json" ]; then
        sed -i 's/,"rlimits":\[[^]]*\]//; s/"rlimits":\[[^]]*\],//' "$word/config.json"
    fi
    previous=$word
done
exec runc "$@"
"""


def missing():
    """Why podman can't take part; None if it can."""
    return None if shutil.which("podman") else "podman is not installed"


def may_raise_limits():
    """Whether CAP_SYS_RESOURCE (24) is in the bounding set."""
    with open("/proc/self/status") as file:
        bounds = next(line.split()[1] for line in file if line.startswith("CapBnd:"))
    return bool(int(bounds, 16) >> 24 & 1)


class Podman:
    """One podman with a storage of its own."""

    def __init__(self, directory, rootfs, user_key, host_key):
        self.home = Path(directory) / "podman"
        self.home.mkdir(mode=0o711)
        self.rootfs, self.user_key, self.host_key = Path(rootfs), Path(user_key), Path(host_key)
        self.serial = 0
        self.bridge = None
        self.network = f"bench{os.getpid()}"
        self.tables = kernel.call("nft", "list", "tables").splitlines()
        runtime = shutil.which("runc")
        if not may_raise_limits():
            runtime = self.home / "runc-without-rlimits"
            runtime.write_text(_WRAPPER)
            runtime.chmod(0o755)
        for name in ("root", "run", "networks"):
            (self.home / name).mkdir()
        self.command = [
            "podman", "--root", str(self.home / "root"), "--runroot", str(self.home / "run"), "--runtime", str(runtime),
            "--network-config-dir", str(self.home / "networks"), "--cgroup-manager=cgroupfs", "--events-backend=file",
        ]

    def prepare(self):
        """A network of its own; podman makes the bridge with the first container, as the others do."""
        self.podman("network", "create", "--subnet", "10.214.0.0/24", self.network)
        self.bridge = json.loads(self.podman("network", "inspect", self.network))[0]["network_interface"]

    def up(self):
        """`podman run` until `ssh … true` has ended."""
        self.serial += 1
        address = f"10.214.0.{10 + self.serial % 200}"
        public = " ".join(self.host_key.with_suffix(".pub").read_text().split()[:2])
        (self.home / "known_hosts").write_text(f"{address} {public}\n")
        with open(self.home / "console.log", "wb") as log:
            words = [
                "run", "-d", "--name", "bench", "--network", self.network, "--ip", address, "-p", "127.0.0.1:20999:22",
                "-v", f"{self.user_key}.pub:/root/.ssh/authorized_keys:ro", "--tmpfs", "/run/sshd:mode=755",
                "-v", f"{self.host_key}:/etc/ssh/ssh_host_ed25519_key:ro", "--rootfs", f"{self.rootfs}:O",
                "/usr/sbin/sshd", "-D", "-e", "-o", "HostKey=/etc/ssh/ssh_host_ed25519_key",
            ]
            result = subprocess.run(self.command + words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"podman run: {(self.home / 'console.log').read_text()[-800:]}")
        self.await_ssh(address)

    def await_ssh(self, address):
        words = [
            "ssh", *SSH, "-i", self.user_key, "-o", f"UserKnownHostsFile={self.home}/known_hosts", f"root@{address}",
            "true",
        ]
        deadline = time.monotonic() + 20
        while True:
            result = subprocess.run(words, capture_output=True, text=True, check=False)
            if result.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"podman's machine does not answer: {result.stderr[-500:]}")

    def down(self):
        """`podman rm -f`."""
        self.podman("rm", "-f", "-t", "0", "bench")

    def discard(self):
        """Removes the container, the network and the storage; nothing there is fine."""
        kernel.call(*self.command, "rm", "-f", "-t", "0", "-a", quiet=True)
        kernel.call(*self.command, "network", "rm", "-f", self.network, quiet=True)
        if self.bridge:
            kernel.call("ip", "link", "delete", self.bridge, quiet=True)
        # what its network programs leave for good; tables that were there before are somebody else's
        for table in kernel.call("nft", "list", "tables").splitlines():
            if table.split()[-1] in ("nat", "filter") and table not in self.tables:
                kernel.call("nft", "delete", *table.split(), quiet=True)
        shutil.rmtree(f"/var/lib/cni/networks/{self.network}", ignore_errors=True)
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            target = line.split()[1]
            if target.startswith(f"{self.home}/"):
                kernel.call("umount", "-l", target, quiet=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def podman(self, *words):
        return kernel.call(*self.command, *words)
