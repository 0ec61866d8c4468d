"""Questions to lists that make sense: a schema cannot say that one parameter needs another, nor how a search is read.

Random searches are asked by tests/lists; here one stands for all, so that everything else about a list is tried.
"""

from collections.abc import Mapping
from typing import Any

from shop.core.query.spec import SORTS_MAX, Mode

Query = dict[str, Any]
SEPARATED = ("filter", "orderBy", "with", "include", "withCount")


def is_list(parameters: Mapping[str, Any]) -> bool:
    """Whether an operation with these query parameters is asked as lists are."""
    return "searchJoin" in parameters


def sensible(query: Mapping[str, Any], examples: Mapping[str, Any]) -> Query:
    """The question without what contradicts the rest of it."""
    # A cursor is signed, and goes on in the very same question only.
    kept = {name: word for name, word in query.items() if name != "cursor"}
    kept |= {name: _once(str(kept[name])) for name in SEPARATED if name in kept}
    kept |= {name: examples[name] for name in ("search", "searchFields") if name in kept}
    if "search" not in kept:
        kept = {name: word for name, word in kept.items() if name not in ("searchFields", "searchJoin")}
    if "sortedBy" in kept:
        kept["sortedBy"] = str(kept["sortedBy"]).split(";")[0]
    if "orderBy" not in kept:
        kept.pop("sortedBy", None)
    if "page" in kept and kept.get("pagination") in (None, Mode.CURSOR):
        kept["pagination"] = Mode.PAGE
    return kept


def _once(names: str) -> str:
    return ";".join([*dict.fromkeys(names.split(";"))][:SORTS_MAX])
