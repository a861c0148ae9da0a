"""The machine that is measured on."""

import os
import platform
import re
import shutil
import subprocess

_TOOLS = ("runc", "ip", "nft", "nsenter", "ssh", "ssh-keygen", "rsync", "catatonit")


def lacking():
    """What has to be there and is not; None if all is there."""
    if os.geteuid() != 0:
        return "needs root, as containers with networks do"
    absent = [tool for tool in _TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(absent)}; Scripts/install-dependencies installs them" if absent else None


def load():
    """The load average of the last minute."""
    return os.getloadavg()[0]


def description(bench, load_before):
    """What a reader has to know to compare the numbers with those of another machine."""
    lines = [
        f"{_processor()}, {os.cpu_count()} cores, {_memory()} GiB, Linux {platform.release()}",
        f"load {load_before:.1f} before, {load():.1f} after",
        ", ".join(_versions(bench)),
    ]
    lines += [f"not measured: {name}: {reason}" for name, reason in sorted(bench.absent.items())]
    if any(name != "devenv" for name in bench.absent):
        lines.append("Benchmarks/install-peers installs what is missing")
    return "\n".join(lines) + "\n"


def _processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30


def _versions(bench):
    commands = [("runc", "--version"), ("ssh", "-V"), ("rsync", "--version")]
    commands += [("podman", "--version")] if bench.podman else []
    commands += [("vagrant", "--version")] if bench.vagrant else []
    for words in commands:
        said = subprocess.run(words, capture_output=True, text=True, check=False)
        number = re.search(r"\d+\.\d+[\w.]*", said.stdout + said.stderr)
        yield f"{words[0]} {number.group() if number else 'of unknown version'}"
