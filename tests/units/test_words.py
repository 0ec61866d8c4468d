"""Tests of the house style: words, docstrings, names and folders."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.syntax_trees import parse_file

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FOLDERS = ("shop", "tests", "benchmarks", "docs", "deploy")
SUFFIXES = {".py", ".md", ".ini", ".cfg", ".toml", ".yml", ".lua", ".html", ".js", ".txt"}
# A generated page, and a list of passwords.
DATA = {"docs/architecture/report.html", "shop/core/crypto/common_passwords.txt"}
# Built from parts, so that this file contains none of the words.
WORDS = [f"{start}ever" for start in ("who", "what")] + [f"{start}body" for start in ("no", "some", "every", "any")]
BANNED = re.compile("|".join(WORDS), re.IGNORECASE)
FIRST_WORDS = {"What", "Whether", "Who", "Where", "Why", "How", "Which", "When", "While"}
FIRST_LINE_WORDS_MAX = 12
PARTICIPLES = {
    "told", "kept", "asked", "said", "keyed", "limited", "heard", "held", "wanted", "given", "known", "sealed", "shown",
}  # fmt: skip
FOLDER_MAX = 40
MIXED_FOLDER_MAX = 15
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def files_with_words() -> Iterator[Path]:
    nested = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))
    for file in sorted([*ROOT.iterdir(), *nested]):
        if file.is_file() and (file.suffix in SUFFIXES or file.name == "Makefile") and relative(file) not in DATA:
            yield file


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        yield relative(file), parse_file(file)


def first_lines(*folders: str) -> Iterator[tuple[str, str]]:
    for path, tree in trees(*folders):
        for node in ast.walk(tree):
            if isinstance(node, Documented) and (docstring := ast.get_docstring(node)):
                yield f"{path}:{node.body[0].lineno}", docstring.partition("\n")[0]


def shared_names(path: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield place and name of a module, and of its module-level and class-level names.

    Fields of records are left out: many of them are names in JSON documents, or those of a library.
    """
    yield f"{path}:1", Path(path).stem
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    members = (part for node in classes for part in node.body if not isinstance(part, ast.AnnAssign))
    for node in (*tree.body, *members):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}:{node.lineno}", node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (part for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
            yield from ((f"{path}:{node.lineno}", name.id) for name in names)


def is_test_file(file: Path) -> bool:
    return file.name.startswith("test_") or file.name.endswith("_checks.py")


def check(violations: Iterable[str]) -> None:
    listed = list(violations)
    assert not listed, "\n".join([f"{len(listed)} violations:", *listed])


def test_no_file_has_a_banned_word() -> None:
    check(
        f"{relative(file)}:{number}: {line.strip()[:100]}"
        for file in files_with_words()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if BANNED.search(line)
    )


def test_no_docstring_starts_with_a_question_word() -> None:
    lines = first_lines("shop", "benchmarks")
    check(f"{place}: {line}" for place, line in lines if re.split(r"\W", line, maxsplit=1)[0] in FIRST_WORDS)


def test_the_first_line_of_a_docstring_is_short() -> None:
    lines = first_lines("shop")
    check(f"{place}: {line}" for place, line in lines if len(line.split()) > FIRST_LINE_WORDS_MAX)


def test_no_name_is_a_bare_participle() -> None:
    names = (name for path, tree in trees("shop") for name in shared_names(path, tree))
    check(f"{place}: {name}" for place, name in names if name.strip("_").lower() in PARTICIPLES)


def test_no_folder_is_flat() -> None:
    """Allow 40 Python files in a folder, but 15 where test files stand beside helpers."""
    kinds: dict[str, Counter[bool]] = {}
    for file in (file for folder in ("shop", "tests", "benchmarks") for file in (ROOT / folder).rglob("*.py")):
        if file.name not in {"__init__.py", "conftest.py"}:
            kinds.setdefault(relative(file.parent), Counter())[is_test_file(file)] += 1
    limits = {folder: FOLDER_MAX if len(counts) == 1 else MIXED_FOLDER_MAX for folder, counts in kinds.items()}
    check(
        f"{folder}/: {counts.total()} files of {len(counts)} kinds"
        for folder, counts in sorted(kinds.items())
        if counts.total() > limits[folder]
    )
