"""The one way a kernel is compiled: kept on disk, without the GIL, with C's rules for division."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
from numba.extending import register_jitable

from mbtool.kernels.machine_code import KeptCode

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Return ``function`` compiled by numba on its first call, or loaded if that has been done before.

    Fast-math stays off: the kernels promise the same doubles, bit for bit, as the plain Python they stand in for. A
    name that begins with an underscore makes it a ``part``.
    """
    if function.__name__.startswith("_"):
        return part(function)
    dispatcher = numba.njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    dispatcher._cache = KeptCode(function)
    return cast(F, dispatcher)


def part(function: F) -> F:
    """Return ``function`` as it is, to be compiled by the kernels that call it.

    It needs no way in from Python and no file of its own, since its code becomes part of whatever calls it: a fifth of
    the time of compilation.
    """
    made: F = register_jitable(nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)
    return made
