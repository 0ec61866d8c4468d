"""Tests that names, paths and links in the documentation exist."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
GUIDE = (ROOT / "docs" / "extend" / "README.md").read_text(encoding="utf-8")
# Name -> why the guide may show it, though no file of shop/ has it.
FOREIGN_NAMES = {
    "GET": "a method of HTTP",
    "NOUN": "a variable of make",
    "OpenAPI": "a standard",
    "ShelfService": "the name of a new module's class",
    "days": "a parameter of timedelta",
    "minutes": "a parameter of timedelta",
    "frozen": "a parameter of dataclass",
    "partial": "a parameter of marshmallow's Schema",
    "none_as_null": "a parameter of SQLAlchemy's JSON",
}
# Path -> why a page may name it, though it does not exist.
MISSING_PATHS = {
    "migrations/versions/000N_....py": "a pattern for the next number",
    "shelf.py": "the name of a new module's files",
    "stock/cache_manager.py": "an alternative that was rejected",
}

_BLOCK = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
_NO_CODE = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[\w.*-]+(?:/[\w.*<>-]+)+|\w+\.(?:py|md|json)\b")
_COMMENT = re.compile(r"#.*")
_NAME = re.compile(r"(?<![\w.-])[A-Za-z_]\w*(?![\w*<-])")
# Two humps or an underscore; outside of comments a capital letter is enough.
_OUR_NAME = re.compile(r"\w*[a-z0-9][A-Z]\w*|[A-Za-z]\w*_\w+")
_CAPITALISED = re.compile(r"(?<![\w.-])[A-Z]\w+(?![\w*<-])")
_BOUND = re.compile(r"^ +([A-Za-z]\w*)(?:: [^=\n]+)? = ", re.MULTILINE)
_CALL = re.compile(r"(?<![\w-])([A-Za-z_]\w*)\(|@([a-z_]\w*)(?![\w.(])")
_KEYWORD = re.compile(r"[(,`]\s*([a-z_]\w*)=(?!=)")
_MEMBER = re.compile(r"(?<![\w.])([A-Z]\w*)\.([A-Za-z]\w*)")
_PATH = re.compile(r"(?<![\w./-])(?:shop|tests|benchmarks)/[\w./*-]*[\w/*]")
_FILE = re.compile(r"`([\w.-]+(?:/[\w.-]+)*\.(?:py|lua|ini|md|txt))`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass
class Identifiers:
    """Identifiers of the sources, by their use."""

    names: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=lambda: {*dir(builtins)})
    parameters: set[str] = field(default_factory=set)
    # Class -> its members and bases.
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, node: ast.AST) -> None:
        """Add the identifiers of one node."""
        match node:
            case ast.ClassDef(name=name):
                self.called.add(name)
                self.members[name].update(member for part in node.body for member in _bound_names(part))
                self.members[name].update(base.id for base in node.bases if isinstance(base, ast.Name))
            case ast.FunctionDef(name=name) | ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                self.called.add(name)
            case ast.arg(arg=name) | ast.AnnAssign(target=ast.Name(id=name)):
                self.parameters.add(name)
            case ast.alias(name=name, asname=str(alias)):
                self.members[alias].add(name)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                self.names.add(name.rpartition(".")[2])

    def has_member(self, owner: str, name: str) -> bool:
        """Return True if a class, or one of its bases, has the member."""
        members = self.members[owner]
        return name in members or any(self.has_member(base, name) for base in members & self.members.keys() - {owner})


def _bound_names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign():
            yield from (part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))


@cache
def identifiers() -> Identifiers:
    """Return the identifiers of `shop/`, and of the test files that the guide names."""
    result = Identifiers()
    named_tests = (ROOT / path for path in set(_PATH.findall(GUIDE)) if path.startswith("tests/"))
    for file in [*(ROOT / "shop").rglob("*.py"), *(file for file in named_tests if file.is_file())]:
        result.names.add(file.parent.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            result.add(node)
    result.names |= result.called | result.parameters | result.members.keys()
    return result


@cache
def files() -> str:
    """Return the paths of all files with documentation or code, one a line."""
    folders = (ROOT / name for name in ("shop", "tests", "benchmarks", "docs", "deploy"))
    nested = (file for folder in folders for file in folder.rglob("*"))
    return "".join(f"/{file.relative_to(ROOT).as_posix()}\n" for file in [*ROOT.iterdir(), *nested])


def code_of(page: str) -> list[str]:
    """Return the code of a page: its indented blocks and its texts in backticks."""
    spans = (f"`{span}" for span in _SPAN.findall(_BLOCK.sub("\n", page)))
    return [_NO_CODE.sub("''", text) for text in [*_BLOCK.findall(page), *spans]]


def unknown_names(page: str) -> set[str]:
    """Return the names in the code of a page that no file of `shop/` has."""
    known, unknown = identifiers(), set()
    for code in code_of(page):
        names = {name for name in _NAME.findall(code) if _OUR_NAME.fullmatch(name)}
        names |= {*_CAPITALISED.findall(_COMMENT.sub("", code)), *_BOUND.findall(code)}
        calls = {name for pair in _CALL.findall(code) for name in pair if name}
        unknown |= names - known.names | calls - known.called | {*_KEYWORD.findall(code)} - known.parameters
        unknown |= {
            f"{owner}.{name}"
            for owner, name in _MEMBER.findall(code)
            if owner in known.members and not known.has_member(owner, name)
        }
    return unknown


def missing_paths(page: Path) -> set[str]:
    """Return the paths on a page that do not exist; a path may begin at any folder."""
    text = page.read_text(encoding="utf-8")
    missing = {path for path in _PATH.findall(text) if not any(ROOT.glob(path))}
    return missing | {path for path in _FILE.findall(text) if f"/{path}\n" not in files()}


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(page: Path) -> set[str]:
    """Return the relative links of a page without a target."""
    links = (link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link)
    return {link for link in links if not has_target(page, *link.partition("#")[::2])}


def has_target(page: Path, path: str, anchor: str) -> bool:
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_names_in_the_guide_exist() -> None:
    assert sorted(unknown_names(GUIDE) - FOREIGN_NAMES.keys()) == []


def test_a_name_that_does_not_exist_is_detected() -> None:
    page = "`FrozenClock`, `@tagged` and `Shape.ASKED`\n\n    Policy(off=FORM)\n"
    assert unknown_names(page) == {"FrozenClock", "tagged", "Shape.ASKED", "Policy", "off", "FORM"}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_the_paths_on_a_page_exist(page: Path) -> None:
    assert sorted(missing_paths(page) - MISSING_PATHS.keys()) == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_the_relative_links_on_a_page_have_targets(page: Path) -> None:
    assert sorted(broken_links(page)) == []


def test_the_table_of_core_packages_repeats_the_contract() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / "importlinter.ini")
    layers = contracts["importlinter:contract:core_map"]["layers"].split("\n")
    expected = [[name for name in re.findall(r"\w+", layer) if package_exists(name)] for layer in layers if layer]
    tour = (ROOT / "docs" / "architecture" / "README.md").read_text(encoding="utf-8")
    table = tour.partition("| packages | content |")[2].partition("\n\n")[0]
    assert [_SPAN.findall(row.split("|")[1]) for row in table.splitlines()[2:]] == expected


def package_exists(name: str) -> bool:
    """Return False for a layer of the core that has no package yet."""
    return any((ROOT / "shop" / "core").glob(f"{name}*"))
