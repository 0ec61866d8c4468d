"""Syntax trees of Python files, parsed once for each test process."""

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def parse_file(path: Path) -> ast.Module:
    """Parse a Python file.

    Without garbage collection: in CPython before 3.11.8 the parser raises a SystemError when a callback of the
    collector parses as well (issue gh-106905).
    """
    text = path.read_text(encoding="utf-8")
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()
