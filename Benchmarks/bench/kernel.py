"""System calls that Python has no function for; their numbers are the same on x86-64 and arm64."""

import ctypes
import json
import os
import select
import signal
import subprocess

_libc = ctypes.CDLL(None, use_errno=True)

_AT_FDCWD = -100
_AT_EMPTY_PATH = 0x1000
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_OPEN_TREE_CLONE = 1
_MOVE_MOUNT_F_EMPTY_PATH = 4
_MOUNT_ATTR_IDMAP = 0x100000
_MNT_DETACH = 2
_CLONE_NEWUSER, _CLONE_NEWNS = 0x10000000, 0x20000
_MS_BIND, _MS_REC, _MS_SLAVE = 4096, 16384, 1 << 19


class _MountAttributes(ctypes.Structure):
    """struct mount_attr of mount_setattr(2)."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns_fd")]


def _check(result, attempt):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{attempt}: {os.strerror(number)}")
    return result


def mount(kind, target, options=""):
    """mount(2) of a file system without a source."""
    _check(_libc.mount(kind.encode(), str(target).encode(), kind.encode(), 0, options.encode()), f"mounting {target}")


def unmount(target, lazily=False):
    """umount2(2)."""
    _check(_libc.umount2(str(target).encode(), _MNT_DETACH if lazily else 0), f"unmounting {target}")


def unshare_mounts():
    """Gives this process mounts of its own: what it mounts nobody else sees."""
    _check(_libc.unshare(_CLONE_NEWNS), "unsharing the mounts")
    _check(_libc.mount(None, b"/", None, _MS_REC | _MS_SLAVE, None), "keeping mounts to itself")


def bind(source, target):
    """Mounts a file on another."""
    _check(_libc.mount(str(source).encode(), str(target).encode(), None, _MS_BIND, None), f"mounting {source}")


def user_namespace(first, count):
    """A descriptor of a new user namespace in which ids 0… are `first`… outside."""
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(done[1])
        _libc.unshare(_CLONE_NEWUSER)
        os.write(ready[1], b".")
        os.read(done[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    for kind in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{kind}", "w") as file:
            file.write(f"0 {first} {count}")
    descriptor = os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    for end in ready + done:
        os.close(end)
    os.waitpid(child, 0)
    return descriptor


def attach_shifted(source, target, namespace):
    """Mounts a directory elsewhere with its owners shifted as a user namespace has them."""
    clone = _check(
        _libc.syscall(_OPEN_TREE, _AT_FDCWD, str(source).encode(), _OPEN_TREE_CLONE | os.O_CLOEXEC),
        f"opening {source}")
    try:
        attributes = _MountAttributes(set=_MOUNT_ATTR_IDMAP, userns_fd=namespace)
        size = ctypes.c_size_t(ctypes.sizeof(attributes))
        _check(
            _libc.syscall(_MOUNT_SETATTR, clone, b"", _AT_EMPTY_PATH, ctypes.byref(attributes), size),
            f"shifting the owners of {source}")
        _check(
            _libc.syscall(_MOVE_MOUNT, clone, b"", _AT_FDCWD, str(target).encode(), _MOVE_MOUNT_F_EMPTY_PATH),
            f"mounting {source} on {target}")
    finally:
        os.close(clone)


def kill(process):
    """Kills a process that is no child and returns when it is dead (a pid alone could be another's by then)."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(10_000):
            raise TimeoutError(f"process {process} does not die")
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def call(*arguments, text=None, quiet=False, **more):
    """Runs a program that must succeed and returns its standard output."""
    result = subprocess.run(
        [str(word) for word in arguments], input=text, capture_output=True, text=True, check=False, **more)
    if result.returncode != 0 and not quiet:
        said = result.stderr.strip()[-800:]
        raise RuntimeError(f"{' '.join(map(str, arguments))}: status {result.returncode}: {said}")
    return result.stdout


def json_file(path):
    """The content of a JSON file."""
    with open(path) as file:
        return json.load(file)
