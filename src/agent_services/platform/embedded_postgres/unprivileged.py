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
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2


def main() -> None:
    uid, gid, rest = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    paths, program = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    is_linux = sys.platform == "linux"
    if is_linux:
        _libc().prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    # `access` leaves capabilities out of account, those just kept included.
    if is_linux and not all(os.access(path, os.X_OK) for path in paths):
        _keep_reading()
    elif is_linux:
        _set_capabilities(0)
    os.umask(0o077)
    os.execv(program[0], program)  # noqa: S606 - no shell is the point


def _keep_reading() -> None:
    permitted = _permitted_capabilities()
    # Containers usually withhold the narrow capability and grant the wide one.
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if permitted >> capability & 1:
            _set_capabilities(1 << capability)
            if _libc().prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0:
                return
    sys.exit("the folders above are closed to other users, and no capability to pass through them is available")


def _permitted_capabilities() -> int:
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123 - starts in 20 ms
        for line in status:
            if line.startswith("CapPrm:"):
                return int(line.split()[1], 16)
    return 0


def _set_capabilities(mask: int) -> None:
    """Makes `mask` the effective, permitted and inheritable set."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    sets = struct.pack("=6I", *(mask & 0xFFFFFFFF,) * 3, *(mask >> 32,) * 3)
    if _libc().capset(header, sets) != 0:
        sys.exit(f"capabilities cannot be set: {os.strerror(ctypes.get_errno())}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main()
