"""Syntax trees of Python files, parsed once for each test process."""

import ast
import gc
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from threading import RLock
from typing import Any

# Has the mend of gh-106905.
_MENDED_PYTHON = 3, 11, 8
_parser_lock = RLock()


@cache
def parse_file(path: Path) -> ast.Module:
    """Parse a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def protect_parser() -> None:
    """Let `ast.parse` run without garbage collection, where Python needs that.

    In CPython before 3.11.8 it raises a SystemError when code that the collector runs parses as well: a callback, a
    finalizer, or another thread that gets its turn there. The tests, the checks of the architecture and the libraries
    parse in many places, so all are protected here.
    """
    if sys.version_info < _MENDED_PYTHON and not hasattr(ast.parse, "__wrapped__"):
        ast.parse = _without_collection(ast.parse)


def _without_collection(parse: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(parse)
    def parse_alone(*arguments: Any, **options: Any) -> Any:
        with _parser_lock:
            collects = gc.isenabled()
            gc.disable()
            try:
                return parse(*arguments, **options)
            finally:
                if collects:
                    gc.enable()

    return parse_alone
