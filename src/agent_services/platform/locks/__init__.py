"""Locks between all processes and tasks of an installation, kept by PostgreSQL.

A lock is a session advisory lock on a connection that belongs to this process alone: it outlives a slow
upstream, holds no pooled connection and no transaction, and is free the moment the process dies.
Spec: design, Locks; relationships 11 (`locks`). Why: docs/decisions/0004-locks-in-postgresql.md.
"""

from agent_services.platform.locks.locks import LockHold, LockLost, Locks
from agent_services.platform.locks.store import HeldLock, HeldLocks

__all__ = ["HeldLock", "HeldLocks", "LockHold", "LockLost", "Locks"]
