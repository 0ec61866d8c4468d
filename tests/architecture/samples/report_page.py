"""Parsed HTML page of the report, with editable facts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any

from shop.architecture.audit import facts

VOID = {"meta", "link", "input", "path", "rect"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    parents: list[str]
    texts: list[str] = field(default_factory=list)
    inside: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def find(self, name: str = "", **attributes: str) -> Iterator["Element"]:
        """Yield the elements inside with this name and these attributes."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        for element in self.inside:
            if name in ("", element.name) and wanted.items() <= element.attributes.items():
                yield element


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {}, [])
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, [parent.name for parent in self.open])
        for parent in self.open:
            parent.inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        for parent in self.open:
            parent.texts.append(data)


def read(html: str) -> Element:
    """Parse a page into a tree; fails on a wrongly closed element."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.name for element in reader.open] == [""]
    return reader.root


@cache
def _facts() -> str:
    return json.dumps(facts.read().as_dict())


def own_facts() -> dict[str, Any]:
    """Return an editable copy of the facts of this checkout.

    It has the form of the facts in a saved report.
    """
    facts: dict[str, Any] = json.loads(_facts())
    return facts


def add_import(facts: dict[str, Any], importer: str, imported: str, line: int = 7) -> None:
    """Add a forbidden import between two modules."""
    kinds = {file["module"]: file["kind"] for file in facts["files"]}
    pair = {"importer_kind": kinds[importer], "imported_kind": kinds[imported]}
    path = f"{importer.replace('.', '/')}.py"
    edge = {"importer": importer, "imported": imported, "path": path, "line": line, "granted": False}
    facts["edges"].append({**edge, **pair, "type_only": False})
    for cell in facts["cells"]:
        cell["edges"] += (cell["importer"], cell["imported"]) == tuple(pair.values())


def break_contract(facts: dict[str, Any], name: str, path: str, what: str) -> None:
    """Add a finding to a contract."""
    (contract,) = (each for each in facts["contracts"] if each["id"] == name)
    contract["kept"] = False
    contract["findings"] = [{"path": path, "line": 7, "rule": name, "what": what, "instead": "Go another way."}]
