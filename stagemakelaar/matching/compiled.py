"""One source, two ways to run: plain Python, or machine code made by numba.

Functions marked `@compiled` use whole numbers, arrays and loops only, so that both ways give the same answer. They may
call each other, within one file: numba looks at one file only to see whether the machine code that it kept is stale.
Compiling takes some seconds, once per machine when the folder of the program or `NUMBA_CACHE_DIR` can be written; so
these functions are for large rounds. `STAGEMAKELAAR_COMPILED=off` runs them as plain Python, which is for reading them
step by step and for the tests that hold the two ways against each other.
"""

import os
from functools import cache, cached_property, update_wrapper
from types import FunctionType

ON = os.environ.get("STAGEMAKELAAR_COMPILED", "on") != "off"


class compiled:  # noqa: N801 - reads as the decorator that it is
    """Compile the function when it is first called, or run it as it stands where numba is absent or switched off."""

    def __init__(self, plain):
        self.plain = plain
        update_wrapper(self, plain)

    def __call__(self, *arguments):
        """Run the function."""
        return (self.fast if can_compile() else self.plain)(*arguments)

    @cached_property
    def fast(self):
        """The function as machine code; the compiled functions that it calls are compiled with it."""
        from numba import njit

        plain = self._calling_machine_code()
        try:
            return njit(cache=True)(plain)
        except RuntimeError:  # no folder to keep the machine code in: it is made anew in each process
            return njit(plain)

    def _calling_machine_code(self):
        """The plain function, with machine code under the names of other compiled functions."""
        plain, known = self.plain, dict(self.plain.__globals__)
        for name in plain.__code__.co_names:
            other = known.get(name)
            if isinstance(other, compiled):
                if other.plain.__module__ != plain.__module__:
                    raise TypeError(f"{plain.__name__}: calls {name}, which is compiled in another file")
                known[name] = other.fast
        function = FunctionType(plain.__code__, known, plain.__name__, plain.__defaults__, plain.__closure__)
        function.__qualname__ = plain.__qualname__
        return function


def can_compile():
    """Whether machine code can be made here: numba is installed for this Python and not switched off."""
    return ON and _has_numba()


@cache
def _has_numba():
    try:
        import numba  # noqa: F401 - half a second, so only when it is needed
    except ImportError:
        return False
    return True
