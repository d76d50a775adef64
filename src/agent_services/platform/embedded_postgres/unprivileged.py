"""Becomes an ordinary user and then another program. PostgreSQL refuses to run as root.

Run as a script, without the environment's packages: `unprivileged.py UID GID PATH… -- PROGRAM ARGUMENT…`.

The program must reach every PATH. Where it could not (a checkout in root's own home, mode 700), it is given the
capability to read and to pass through folders, and nothing else, rather than the folders being opened to everybody.
"""

import ctypes
import os
import struct
import sys

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2


def main() -> None:
    uid, gid, rest = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    paths, program = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    is_linux = sys.platform == "linux"
    # Everything is read before the change: Python's own library may lie in a folder that only root enters.
    permitted = _permitted_capabilities() if is_linux else 0
    try:
        os.setgroups([])
        os.setgid(gid)
        if is_linux and not _all_reachable(paths, uid):
            _keep_one_of(permitted, (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE), uid)
        else:
            os.setuid(uid)
    except OSError as refusal:
        sys.exit(f"this machine does not let root become user {uid}: {refusal.strerror}")
    os.umask(0o077)
    os.execv(program[0], program)  # noqa: S606 - no shell is the point


def _all_reachable(paths: list[str], uid: int) -> bool:
    # `access` asks for the real user, without capabilities.
    os.setreuid(uid, 0)
    try:
        return all(os.access(path, os.X_OK) for path in paths)
    finally:
        os.setreuid(0, 0)


def _keep_one_of(permitted: int, capabilities: tuple[int, ...], uid: int) -> None:
    """Becomes `uid` and keeps, of the capabilities, the first that is to be had.

    Containers usually withhold the narrow one and grant the wide one.
    """
    for capability in capabilities:
        if permitted >> capability & 1:
            _prctl(_PR_SET_KEEPCAPS, 1)
            # PostgreSQL looks for its own files with `access`, which counts capabilities only with this bit.
            _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
            os.setuid(uid)
            _set_capabilities(1 << capability)
            _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)
            return
    sys.exit(
        "a folder above the data or the programs is closed to other users, and root has no capability to hand on; "
        "move the data with AGENT_SERVICES_DATA_DIR, or run as an ordinary user"
    )


def _permitted_capabilities() -> int:
    status = os.open("/proc/self/status", os.O_RDONLY)
    try:
        lines = os.read(status, 65536).splitlines()
    finally:
        os.close(status)
    return next((int(line.split()[1], 16) for line in lines if line.startswith(b"CapPrm:")), 0)


def _set_capabilities(mask: int) -> None:
    """Makes `mask` the effective, permitted and inheritable set."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    sets = struct.pack("=6I", *(mask & 0xFFFFFFFF,) * 3, *(mask >> 32,) * 3)
    _check(_libc().capset(header, sets))


def _prctl(option: int, *arguments: int) -> None:
    _check(_libc().prctl(option, *arguments, *(0,) * (4 - len(arguments))))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)  # loaded already, whoever we are


if __name__ == "__main__":
    main()
