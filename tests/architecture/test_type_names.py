"""Type names may travel up, imports may not: under TYPE_CHECKING stand Models and nothing else of shop."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def asks_for_types(test: ast.expr) -> bool:
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    return "TYPE_CHECKING" in names | attributes


def imported_names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield every name in full; a relative import keeps its dots, so it is never mistaken for a Model."""
    prefix = "" if isinstance(node, ast.Import) else f"{'.' * node.level}{node.module or ''}."
    yield from (f"{prefix}{alias.name}" for alias in node.names)


def is_allowed(name: str) -> bool:
    root, _, rest = name.partition(".")
    return root not in {"shop", ""} or (rest.startswith("models.") and not rest.endswith("*"))


def borrowed_names(path: Path) -> list[str]:
    """Return the names, with their lines, that a file imports for type checking and that are no Models."""
    blocks = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.If) and asks_for_types(n.test)]
    imports = {n for block in blocks for n in ast.walk(block) if isinstance(n, (ast.Import, ast.ImportFrom))}
    return sorted(f"l.{n.lineno} {name}" for n in imports for name in imported_names(n) if not is_allowed(name))


@pytest.mark.parametrize("path", sorted((ROOT / "shop").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_only_models_are_named_for_type_checking(path: Path) -> None:
    assert borrowed_names(path) == []


@pytest.mark.parametrize(
    "line",
    [
        "from shop.services.item import ItemService",
        "import shop.services.item",
        "from shop import services",
        "from shop.models import *",
        "from .order import OrderService",
        "from .. import services",
    ],
)
@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "not TYPE_CHECKING"])
def test_any_other_structure_is_refused(tmp_path: Path, test: str, line: str) -> None:
    file = tmp_path / "item.py"
    file.write_text(f"if {test}:\n    {line}\n")
    assert [found.split(" ")[0] for found in borrowed_names(file)] == ["l.2"]


def test_models_and_libraries_may_be_named(tmp_path: Path) -> None:
    file = tmp_path / "item.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "from shop.repositories.item import ItemRepository\n"
        "if TYPE_CHECKING:\n"
        "    from collections.abc import Iterator\n"
        "    from sqlalchemy.orm import Session\n"
        "    from shop.models.item import Item\n"
    )
    assert borrowed_names(file) == []
