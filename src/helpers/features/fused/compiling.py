"""Processes that start together compile the kernels once, not once each."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_compiled = False


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Let one process make its first measurement while others wait to find its kernels cached.

    Later measurements of a process wait for nobody.
    """
    global _compiled  # of this process
    if _compiled:
        yield
        return
    with open(__file__, encoding="utf-8") as handle:
        with suppress(OSError):  # a file system without locks: each process compiles for itself
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    _compiled = True
