"""Report view: differences from a saved report."""

from collections.abc import Callable, Iterator
from typing import Any

from shop.architecture.report.fact_index import Fact, FactIndex, short_name
from shop.architecture.report.markup import Html, join, listing, section, table, tag
from shop.architecture.report.sizes import functions_of, middle

SENTENCE = (
    "What is there now and was not in the saved report (+), what is gone (-), and what has another verdict or size."
)
SHOWN = 15


def draw(before: FactIndex, now: FactIndex) -> Html:
    """Draw the differences, or one sentence without any."""
    parts = (
        ("Imports", _coming_and_going(_imports(before), _imports(now))),
        ("Modules", _coming_and_going(_names(before, "modules", "stem"), _names(now, "modules", "stem"))),
        ("Files", _coming_and_going(_names(before, "files", "path"), _names(now, "files", "path"))),
        ("Classes", _coming_and_going(set(before.classes), set(now.classes))),
        ("Verdicts", listing(_verdicts(before, now))),
        ("Sizes", table(("what", "before", "now"), _sizes(before, now))),
    )
    shown = [tag("div", tag("h3", title), body) for title, body in parts if body]
    return section(
        "changes", "What changed", SENTENCE, tag("div", shown, class_="columns") if shown else tag("p", "Nothing.")
    )


def _coming_and_going(before: set[str], now: set[str]) -> Html:
    came, went = sorted(now - before), sorted(before - now)
    return listing(
        [*(_sign("+", "added", name) for name in came), *(_sign("-", "removed", name) for name in went)],
        class_="signed",
    )


def _sign(sign: str, words: str, name: str) -> Html:
    return join([tag("b", sign, aria_label=words, role="img"), " ", tag("code", name)])


def _imports(material: FactIndex) -> set[str]:
    edges = material.facts["edges"]
    return {
        f"{short_name(edge['importer'])} → {short_name(edge['imported'])}{' (type only)' if edge['type_only'] else ''}"
        for edge in edges
    }


def _names(material: FactIndex, facts: str, key: str) -> set[str]:
    return {fact[key] for fact in material.facts[facts]}


def _verdicts(before: FactIndex, now: FactIndex) -> Iterator[str]:
    for what, words in ((_contracts, ("new", "gone")), (_cells, ("newly seen", "no longer seen"))):
        old, new = what(before), what(now)
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield f"{name}: {old.get(name, words[0])} → {new.get(name, words[1])}"


def _contracts(material: FactIndex) -> dict[str, str]:
    return {contract["name"]: "kept" if contract["kept"] else "broken" for contract in material.facts["contracts"]}


def _cells(material: FactIndex) -> dict[str, str]:
    words = {"used": "granted and used", "unused": "granted, not used", "clean": "forbidden", "violated": "violated"}
    return {f"{cell.importer} to {cell.imported}": words[cell.state] for cell in material.cells.values()}


def _sizes(before: FactIndex, now: FactIndex) -> list[tuple[str, Any, Any]]:
    measures: tuple[tuple[str, Callable[[Fact], int]], ...] = (
        ("lines", lambda facts: sum(file["lines"] for file in facts["files"])),
        ("functions", lambda facts: len(functions_of(facts))),
        ("lines of the function in the middle", lambda facts: middle([f["lines"] for f in functions_of(facts)])),
    )
    totals = [(name, measure(before.facts), measure(now.facts)) for name, measure in measures]
    old, new = ({file["path"]: file["lines"] for file in material.facts["files"]} for material in (before, now))
    files = [(path, old[path], new[path]) for path in sorted(old.keys() & new.keys())]
    grown = sorted(files, key=lambda file: (-abs(file[2] - file[1]), file[0]))[:SHOWN]
    return [row for row in totals + grown if row[1] != row[2]]
