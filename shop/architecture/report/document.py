"""Architecture report: one HTML file, drawn from facts.

It needs no network. It embeds the facts, so that a later report can be compared with it.
"""

import hashlib
import json
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from shop.architecture.report import changes, contracts, diagram, matrix, sizes, slices, tree
from shop.architecture.report.fact_index import FactIndex
from shop.architecture.report.markup import Html, count, embed, tag

STATIC = Path(__file__).parent / "static"
STYLES = ("page.css", "views.css")
SCRIPT = "report.js"
_FACTS = re.compile(r'<script type="application/json" id="facts">(.*?)</script>', re.DOTALL)
TITLES = {
    "changes": "Changes", "matrix": "Matrix", "layers": "Layers", "files": "Files",
    "contracts": "Contracts", "modules": "Modules", "sizes": "Sizes",
}  # fmt: skip


def build(facts: dict[str, Any], against: dict[str, Any] | None = None) -> str:
    """Build the report from facts, optionally compared with earlier facts.

    The same facts make the same text.
    """
    index = FactIndex(facts)
    views = {"changes": changes.draw(FactIndex(against), index)} if against else {}
    for name, view in (
        ("matrix", matrix), ("layers", diagram), ("files", tree),
        ("contracts", contracts), ("modules", slices), ("sizes", sizes),
    ):  # fmt: skip
        views[name] = view.draw(index)
    style, script = _style(), _static(SCRIPT)
    return Template(_static("page.html")).substitute(
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        style=style, script=script, summary=_summary(index), facts=embed(facts), views="\n".join(views.values()),
        links=Html("".join(tag("a", TITLES[name], href=f"#{name}") for name in views)),
    )  # fmt: skip


def write(facts: dict[str, Any], output: Path, against: Path | None = None) -> None:
    """Write the report to a file, optionally compared with a saved one.

    Raises ValueError when `against` is no report.
    """
    saved = load(against) if against else None
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(build(facts, saved), encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """Load the facts of a saved report.

    Raises ValueError when the file is no report.
    """
    match = _FACTS.search(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path} is no report: it holds no facts.")
    facts: dict[str, Any] = json.loads(match[1])
    return facts


def _summary(index: FactIndex) -> Html:
    facts, broken = index.facts, len(index.broken_contracts)
    violated = sum(cell.edges for cell in index.cells.values() if cell.state == "violated")
    result = (
        f"{broken} of {count(len(facts['contracts']), 'contract')} broken"
        if broken
        else (f"All {count(len(facts['contracts']), 'contract')} kept")
    )
    imports = sum(not edge["type_only"] for edge in facts["edges"])
    numbers = (
        (len(facts["modules"]), "modules"), (len(facts["files"]), "files"), (len(facts["classes"]), "classes"),
        (imports, "imports"), (violated, "forbidden imports"),
    )  # fmt: skip
    figures = [tag("li", tag("b", number), f" {label}") for number, label in numbers]
    return Html(
        tag("p", tag("strong", result), ".", class_="broken" if broken else "kept")
        + tag("ul", figures, class_="figures")
    )


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _style() -> str:
    return "".join(_static(name) for name in STYLES)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
