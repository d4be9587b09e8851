"""One source, two ways to run: plain Python, or machine code made by numba.

Functions marked `@compiled` use whole numbers, arrays and loops only, so that both ways give the same answer. Compiling
takes some seconds, once per machine when the folder of the program or `NUMBA_CACHE_DIR` can be written; so these
functions are for large rounds. `STAGEMAKELAAR_COMPILED=off` runs them as plain Python, which is for reading them step
by step and for the tests that hold the two ways against each other.
"""

import os
from functools import update_wrapper

ON = os.environ.get("STAGEMAKELAAR_COMPILED", "on") != "off"


class compiled:  # noqa: N801 - reads as the decorator that it is
    """Compile the function when it is first called, or run it as it stands where numba is absent or switched off."""

    def __init__(self, plain):
        self.plain = plain
        self.fast = None
        update_wrapper(self, plain)

    def __call__(self, *arguments):
        """Run the function."""
        if self.fast is None:
            self.fast = _machine_code(self.plain)
        return self.fast(*arguments)


def can_compile():
    """Whether machine code can be made here: numba is installed for this Python and not switched off."""
    if not ON:
        return False
    try:
        import numba  # noqa: F401 - half a second, so only when it is needed
    except ImportError:
        return False
    return True


def _machine_code(plain):
    if not can_compile():
        return plain
    from numba import njit

    try:
        return njit(cache=True)(plain)
    except RuntimeError:  # no folder to keep the machine code in: it is made anew in each process
        return njit(plain)
