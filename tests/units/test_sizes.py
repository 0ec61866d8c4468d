"""The promised sizes: short functions, shallow blocks, files that fit in a head."""

import tomllib
from pathlib import Path
from statistics import median

import pytest

from tests.units.code_sizes import functions_in, is_excused, python_files

ROOT = Path(__file__).parents[2]
FILE_MAX = 200
FUNCTION_MAX = 40
FUNCTION_MEDIAN_MAX = 8
# `for`, `if` and `with` together; ruff counts the branches, see the last test.
DEPTH_MAX = 3
FUNCTIONS = [
    function
    for file in python_files(ROOT / "shop")
    for function in functions_in(file.read_text(), str(file.relative_to(ROOT)))
]


def test_the_median_function_is_short() -> None:
    assert len(FUNCTIONS) > 300
    assert median(function.lines for function in FUNCTIONS) <= FUNCTION_MEDIAN_MAX


def test_no_function_is_long() -> None:
    assert [function for function in FUNCTIONS if function.lines > FUNCTION_MAX] == []


def test_no_function_is_deep() -> None:
    assert [function for function in FUNCTIONS if function.depth > DEPTH_MAX] == []


@pytest.mark.parametrize("folder", ["shop", "tests", "benchmarks"])
def test_no_file_is_long_without_a_reason(folder: str) -> None:
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in python_files(ROOT / folder)}
    long = {name: text for name, text in texts.items() if len(text.splitlines()) > FILE_MAX}
    assert [name for name, text in long.items() if not (folder == "shop" and is_excused(text))] == []


def test_ruff_refuses_branches_beyond_eight() -> None:
    lint = tomllib.loads((ROOT / "ruff.toml").read_text())["lint"]
    assert "C90" in lint["select"]
    assert lint["mccabe"]["max-complexity"] <= 8


SAMPLE = '''
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
'''


def test_length_is_signature_and_body_without_docstring_and_nested_functions() -> None:
    outer, inner = functions_in(SAMPLE)
    assert (outer.lines, inner.lines) == (9, 2)


def test_depth_counts_blocks_and_not_elif() -> None:
    outer, inner = functions_in(SAMPLE)
    assert (outer.depth, inner.depth) == (3, 0)


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("# size: one protocol, told in one place.\n", True),
        ('"""Doc."""\n# size: one protocol, told in one place.\n', True),
        ("# Something else.\n# size: one protocol, told in one place.\n", False),
        ("# size: \n", False),
        ("x = 1\n", False),
    ],
)
def test_a_long_file_is_excused_by_its_first_comment(text: str, excused: bool) -> None:
    assert is_excused(text) is excused
