"""Examples of pages in the pagination mode of their list."""

from copy import deepcopy
from typing import Any

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Mode

# Fields that the pagination of a mode does not have, and links that it does not have.
_ABSENT = {
    Mode.PAGE: {"next_cursor"},
    Mode.SIMPLE: {"next_cursor", "total", "total_pages"},
    Mode.CURSOR: {"total", "total_pages", "current_page"},
}
_ABSENT_LINKS = {Mode.CURSOR: {"previous"}}


def select_page_fields(operation: dict[str, Any]) -> None:
    """Remove the fields of other pagination modes from examples."""
    checkers = [parameter.get("schema") for parameter in operation.get("parameters", ()) if isinstance(parameter, dict)]
    for mode in (checker.active_spec.mode for checker in checkers if isinstance(checker, ListChecker)):
        for content in operation["responses"][200]["content"].values():
            content["example"] = _select_fields(content["example"], mode)


def _select_fields(envelope: dict[str, Any], mode: Mode) -> dict[str, Any]:
    example = deepcopy(envelope)
    pagination = example["data"]["meta"]["pagination"]
    pagination["links"] = {
        name: link for name, link in pagination["links"].items() if name not in _ABSENT_LINKS.get(mode, ())
    }
    example["data"]["meta"]["pagination"] = {
        name: value for name, value in pagination.items() if name not in _ABSENT[mode]
    }
    return example
