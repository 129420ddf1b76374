"""What runs a program inside the sandbox: one Python program, or one query over given rows.

The document on standard input says which. A program's own output goes to standard output; how it failed is the last
line of the errors, as JSON: `{"kind", "exception", "message"}`. What a program forges there harms its own result alone.
Standard library only, but for DuckDB in a query.
"""

from __future__ import annotations

import errno
import importlib.machinery
import io
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

PROGRAM = "<program>"
FAILED = 1

_REFUSED = {errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOSYS}
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class _Granted:
    """Finds the granted packages in their folders, and nothing else that lies beside them."""

    def __init__(self, roots: Sequence[str], names: Sequence[str], distributions: Sequence[str]) -> None:
        self._roots, self._names = list(roots), frozenset(names)
        self._distributions = list(distributions)

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
        if path is not None or name not in self._names:
            return None
        return importlib.machinery.PathFinder.find_spec(name, self._roots, target)

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        """Their metadata, by which some packages tell their own version."""
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        wanted = getattr(context, "name", None)
        for name in self._distributions if wanted is None else [wanted]:
            context = DistributionFinder.Context(name=name, path=self._roots)
            yield from MetadataPathFinder.find_distributions(context)


def main(language: str) -> int:
    """Run the document of standard input; the exit status."""
    document = json.loads(sys.stdin.buffer.read())
    sys.meta_path.append(_Granted(document["roots"], document["packages"], document["distributions"]))
    if language == "sql":
        from builder.tools.sandbox import querying
    # The way to this file is no way for the program.
    del sys.path[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == "builder"]:
        del sys.modules[name]
    try:
        if language == "sql":
            sys.stdout.write(json.dumps(querying.answer(document), ensure_ascii=False, allow_nan=False))
        else:
            _run(document)
        sys.stdout.flush()
    except SystemExit as done:
        return _left(done)
    except BaseException as error:  # every failure of a program is an answer of this one
        return _failed(error)
    return 0


def _run(document: dict[str, Any]) -> None:
    sys.stdin = io.StringIO(document["input"])
    sys.argv = [PROGRAM]
    # A module made here would be what the program pickles and inspects as its own.
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    random.seed(0)
    if "numpy" in document["packages"] and "numpy" in document["program"]:
        import numpy

        numpy.random.seed(0)
    exec(compile(document["program"], PROGRAM, "exec", dont_inherit=True), module.__dict__)


def _left(done: SystemExit) -> int:
    """A program that ends itself: with a status, or with words that say why."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        return _failed(error)
    if done.code is None or done.code == 0:
        return 0
    return _failed(RuntimeError(f"the program ended with {done.code!r}"))


def _failed(error: BaseException) -> int:
    kind = kind_of(error)
    body = {
        "kind": kind,
        "exception": [one.__name__ for one in type(error).__mro__],
        "message": ("not allowed in the sandbox: " if kind == "refused" else "") + _message(error),
    }
    try:
        os.write(2, b"\n" + json.dumps(body).encode() + b"\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        pass  # the program closed them: the exit status is left
    # What the program left running must not hold the end up, nor print over the reason.
    os._exit(FAILED)


def kind_of(error: BaseException) -> str:
    """What kind of failure an exception is that nothing caught."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError):
        # Some libraries raise an OSError of their own, in answer to the kernel's.
        reasons = {one.errno for one in _chain(error) if isinstance(one, OSError)}
        if reasons & _FULL:
            return "disk"
        if reasons & _REFUSED:
            return "refused"
    if isinstance(error, BlockingIOError) or (isinstance(error, RuntimeError) and "start new thread" in str(error)):
        return "process_limit"
    return "bad_program"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _message(error: BaseException) -> str:
    """The exception in a line, with the line of the program where it was raised."""
    import traceback

    where = ""
    if isinstance(error, SyntaxError) and error.filename == PROGRAM:
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == PROGRAM:
            where = f" (line {frame.lineno})"
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return f"{type(error).__name__}: {' '.join(text.split())[:400]}{where}"
