"""Tests of the sizes of functions, blocks and files."""

import ast
import tomllib
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from tests.support.syntax_trees import parse_file
from tests.units.code_sizes import Function, functions_in, python_files

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FILE_MAX = 200
FUNCTION_MAX = 40
FUNCTION_MEDIAN_MAX = 8
# `for`, `if` and `with` together; ruff counts the branches, see the last test.
DEPTH_MAX = 3
FOLDERS = ("shop", "tests", "benchmarks")


@cache
def texts() -> dict[str, str]:
    files = (file for folder in FOLDERS for file in python_files(ROOT / folder))
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


@cache
def functions() -> list[Function]:
    return [function for name in texts() for function in functions_in(parse_file(ROOT / name), name)]


def shop_functions() -> list[Function]:
    return [function for function in functions() if function.place.startswith("shop/")]


def test_the_median_function_is_short() -> None:
    assert len(shop_functions()) > 300
    assert median(function.lines for function in shop_functions()) <= FUNCTION_MEDIAN_MAX


def test_no_function_is_long() -> None:
    assert [function for function in functions() if function.lines > FUNCTION_MAX] == []


def test_no_function_is_deep() -> None:
    assert [function for function in shop_functions() if function.depth > DEPTH_MAX] == []


def test_no_file_is_long() -> None:
    assert {name.partition("/")[0] for name in texts()} == set(FOLDERS)
    assert [name for name, text in texts().items() if len(text.splitlines()) > FILE_MAX] == []


def test_no_file_excuses_its_size() -> None:
    excuse = "# size" + ":"
    assert [name for name, text in texts().items() if excuse in text] == []


def test_ruff_refuses_branches_beyond_eight() -> None:
    lint = tomllib.loads((ROOT / "ruff.toml").read_text())["lint"]
    assert "C90" in lint["select"]
    assert lint["mccabe"]["max-complexity"] <= 8


SAMPLE = ast.parse('''
@decorated
def outer(one,
          two):
    """A docstring

    of three lines."""
    def inner():
        return 1
    for x in one:
        if x:
            with x:
                pass
        elif two:
            pass
    return inner
''')


def test_length_is_signature_and_body_without_docstring_and_nested_functions() -> None:
    outer, inner = functions_in(SAMPLE)
    assert (outer.lines, inner.lines) == (9, 2)


def test_depth_counts_blocks_and_not_elif() -> None:
    outer, inner = functions_in(SAMPLE)
    assert (outer.depth, inner.depth) == (3, 0)
