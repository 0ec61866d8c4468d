"""Consistent list queries for the fuzz campaign.

A schema cannot express that one parameter needs another, nor the syntax of a search. Random searches are tested in
tests/lists; here one example search is used, so that the other parameters are tested.
"""

from collections.abc import Mapping
from typing import Any

from shop.core.query.spec import SORTS_MAX, Mode

Query = dict[str, Any]
SEPARATED = ("filter", "orderBy", "with", "include", "withCount")


def is_list(parameters: Mapping[str, Any]) -> bool:
    """Return True when the parameters are those of a list."""
    return "searchJoin" in parameters


def make_consistent(query: Mapping[str, Any], examples: Mapping[str, Any]) -> Query:
    """Remove contradicting parameters from a query."""
    # A cursor is signed and valid for the same query only.
    consistent = {name: value for name, value in query.items() if name != "cursor"}
    consistent |= {name: _deduplicate(str(consistent[name])) for name in SEPARATED if name in consistent}
    consistent |= {name: examples[name] for name in ("search", "searchFields") if name in consistent}
    if "search" not in consistent:
        consistent = {name: value for name, value in consistent.items() if name not in ("searchFields", "searchJoin")}
    if "sortedBy" in consistent:
        consistent["sortedBy"] = str(consistent["sortedBy"]).split(";")[0]
    if "orderBy" not in consistent:
        consistent.pop("sortedBy", None)
    if "page" in consistent and consistent.get("pagination") in (None, Mode.CURSOR):
        consistent["pagination"] = Mode.PAGE
    return consistent


def _deduplicate(names: str) -> str:
    return ";".join([*dict.fromkeys(names.split(";"))][:SORTS_MAX])
