"""Report view: differences from a saved report."""

from collections.abc import Callable, Iterator
from typing import Any

from shop.architecture.report.fact_index import Fact, FactIndex, short_name
from shop.architecture.report.markup import Html, join, listing, section, table, tag
from shop.architecture.report.sizes import functions_of, middle

SENTENCE = "Added (+) and removed (-) since the saved report, and changed results and sizes."
SHOWN_MAX = 15


def draw(before: FactIndex, now: FactIndex) -> Html:
    """Draw the differences, or one sentence without any."""
    parts = (
        ("Imports", _changed_names(_imports(before), _imports(now))),
        ("Modules", _changed_names(_names(before, "modules", "stem"), _names(now, "modules", "stem"))),
        ("Files", _changed_names(_names(before, "files", "path"), _names(now, "files", "path"))),
        ("Classes", _changed_names(set(before.classes), set(now.classes))),
        ("Results", listing(_result_changes(before, now))),
        ("Sizes", table(("what", "before", "now"), _sizes(before, now))),
    )
    shown = [tag("div", tag("h3", title), body) for title, body in parts if body]
    return section(
        "changes", "Changes", SENTENCE, tag("div", shown, class_="columns") if shown else tag("p", "Nothing.")
    )


def _changed_names(before: set[str], now: set[str]) -> Html:
    added, removed = sorted(now - before), sorted(before - now)
    return listing(
        [*(_sign("+", "added", name) for name in added), *(_sign("-", "removed", name) for name in removed)],
        class_="signed",
    )


def _sign(sign: str, label: str, name: str) -> Html:
    return join([tag("b", sign, aria_label=label, role="img"), " ", tag("code", name)])


def _imports(index: FactIndex) -> set[str]:
    edges = index.facts["edges"]
    return {
        f"{short_name(edge['importer'])} → {short_name(edge['imported'])}{' (type only)' if edge['type_only'] else ''}"
        for edge in edges
    }


def _names(index: FactIndex, facts: str, key: str) -> set[str]:
    return {fact[key] for fact in index.facts[facts]}


def _result_changes(before: FactIndex, now: FactIndex) -> Iterator[str]:
    for read, label in ((_contracts, ("new", "gone")), (_cells, ("new", "gone"))):
        old, new = read(before), read(now)
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield f"{name}: {old.get(name, label[0])} → {new.get(name, label[1])}"


def _contracts(index: FactIndex) -> dict[str, str]:
    return {contract["name"]: "kept" if contract["kept"] else "broken" for contract in index.facts["contracts"]}


def _cells(index: FactIndex) -> dict[str, str]:
    label = {"used": "granted and used", "unused": "granted, not used", "clean": "forbidden", "violated": "violated"}
    return {f"{cell.importer} to {cell.imported}": label[cell.state] for cell in index.cells.values()}


def _sizes(before: FactIndex, now: FactIndex) -> list[tuple[str, Any, Any]]:
    measures: tuple[tuple[str, Callable[[Fact], int]], ...] = (
        ("lines", lambda facts: sum(file["lines"] for file in facts["files"])),
        ("functions", lambda facts: len(functions_of(facts))),
        ("median lines of a function", lambda facts: middle([f["lines"] for f in functions_of(facts)])),
    )
    totals = [(name, measure(before.facts), measure(now.facts)) for name, measure in measures]
    old, new = ({file["path"]: file["lines"] for file in index.facts["files"]} for index in (before, now))
    files = [(path, old[path], new[path]) for path in sorted(old.keys() & new.keys())]
    grown = sorted(files, key=lambda file: (-abs(file[2] - file[1]), file[0]))[:SHOWN_MAX]
    return [row for row in totals + grown if row[1] != row[2]]
