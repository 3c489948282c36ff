"""The one way a kernel is compiled: cached, without the GIL, with C's rules for division."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Return ``function`` compiled by numba on its first call and kept in numba's on-disk cache.

    Fast-math stays off: the kernels promise the same doubles, bit for bit, as the plain Python they stand in for.
    A machine on which neither the installation nor the user's cache folder can be written compiles once a process.
    """
    try:
        return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # numba: "no locator available", that is, no folder it may write to
        return cast(F, numba.njit(nogil=True, error_model="numpy")(function))
