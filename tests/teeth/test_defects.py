"""Tests of the list of defects: every patch applies to today's source, and every named test exists."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.syntax_trees import parse_file
from tests.teeth.checkout import ROOT
from tests.teeth.defect import Defect, PatchError, apply, combine, defect, replace, swap
from tests.teeth.defect_list import all_defects, areas

DEFECTS = all_defects()
COUNT_MIN = 80


def read(planted: Defect) -> str:
    return ROOT.joinpath(planted.path).read_text(encoding="utf-8")


def test_the_list_covers_every_area_with_unique_names() -> None:
    assert len(DEFECTS) >= COUNT_MIN
    assert [name for name, count in Counter(planted.name for planted in DEFECTS).items() if count > 1] == []
    assert {planted.area for planted in DEFECTS} == set(areas())


@pytest.mark.parametrize("planted", DEFECTS, ids=lambda planted: planted.name)
def test_a_patch_applies_once_and_changes_the_source(planted: Defect) -> None:
    source = read(planted)
    changed = apply(planted, source)
    assert changed != source
    if planted.path.endswith(".py"):
        compile(changed, planted.path, "exec")
    with pytest.raises(PatchError):
        apply(planted, "")


def test_no_defect_is_an_undefined_name(tmp_path: Path) -> None:
    for planted in DEFECTS:
        if planted.path.endswith(".py"):
            tmp_path.joinpath(f"{planted.name}.py").write_text(apply(planted, read(planted)), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet", "--select", "E9,F821"]
    result = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_named_test_exists() -> None:
    missing = [(planted.name, test) for planted in DEFECTS for test in planted.tests if not _exists(test)]
    assert missing == []
    assert all(planted.tests for planted in DEFECTS)


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    if not name:
        return ROOT.joinpath(path).exists()
    functions = [node for node in parse_file(ROOT / path).body if isinstance(node, ast.FunctionDef)]
    return name.partition("[")[0] in {function.name for function in functions}


def test_a_promise_is_one_sentence() -> None:
    wrong = [planted.promise for planted in DEFECTS if not planted.promise[:1].isupper() or planted.promise[-1] != "."]
    assert [promise for promise in wrong if not promise.startswith("`")] == []


SOURCE = "def first():\n    return [a, b]\n\n\ndef second():\n    return [a, b]\n"


def test_a_fragment_is_found_independent_of_its_line_breaks() -> None:
    patch = replace("call(first, second)", "call(second, first)")
    assert patch("x = call(\n    first,\n    second,\n)\n") == "x = call(second, first)\n"


@pytest.mark.parametrize("fragment", ["missing", "[a, b]", "retur"])
def test_a_fragment_that_is_not_found_once_is_refused(fragment: str) -> None:
    with pytest.raises(PatchError):
        replace(fragment, "x")(SOURCE)


def test_a_fragment_is_replaced_in_the_named_definition_only() -> None:
    assert replace("[a, b]", "[]", within="second")(SOURCE) == SOURCE[: -len("[a, b]\n")] + "[]\n"
    with pytest.raises(PatchError):
        replace("[a, b]", "[]", within="third")(SOURCE)


def test_fragments_are_exchanged_and_patches_combined() -> None:
    assert swap("one", "two")("one or two") == "two or one"
    assert combine(replace("one", "1"), replace("two", "2"))("one or two") == "1 or 2"


def test_a_patch_that_changes_nothing_is_refused() -> None:
    with pytest.raises(PatchError):
        apply(defect("same", "A patch changes the source.", "x.py", replace("a", "a")), "a")
