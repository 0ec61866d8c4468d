"""OpenAPI descriptions and examples of list parameters."""

import re
from collections.abc import Iterable
from typing import Any

from shop.core.pagination.cursor import CURSOR_EXAMPLE
from shop.core.pagination.pages import PER_PAGE_DEFAULT
from shop.core.query.spec import FieldSpec, Kind, ResourceSpec

EXAMPLES = {
    Kind.TEXT: "tea",
    Kind.INTEGER: "7",
    Kind.BOOLEAN: "true",
    Kind.DATETIME: "2026-01-31T12:00:00Z",
    Kind.UUID: "0198c0de-7f2a-7c31-9d5e-3f1b2a4c6d8e",
}
_SEARCH = (
    "Conditions, `;` between them: `name:value`, or a value alone, which is looked for in every name without a dot that"
    " can hold it. A backslash makes a `;`, `:` or `,` an ordinary character. Fields: {names}."
)
_SEARCH_FIELDS = (
    "How names are compared, `;` between them: `name:operator`, or a name alone for its first operator. Values of `in`"
    " and `between` have `,` between them. A value without a name is looked for in these fields only."
)


def describe_parameters(spec: ResourceSpec) -> dict[str, dict[str, Any]]:
    """Return the OpenAPI metadata of each parameter, by its name in ListChecker."""
    searched, included = spec.searchable, spec.included
    return {
        "search": {
            "description": _SEARCH.format(
                names=", ".join(f"{name} {_describe_field(field)}" for name, field in searched.items())
            ),
            "example": ";".join(f"{name}:{_example(field)}" for name, field in [*searched.items()][:1]),
        },
        "searchFields": {
            "description": _SEARCH_FIELDS,
            "example": ";".join(f"{name}:{field.operators[0]}" for name, field in [*searched.items()][:1]),
        },
        "searchJoin": {"description": "`or`: a row meets one of the conditions; `and`: it meets all.", "default": "or"},
        "filter": _describe_filter(spec),
        "orderBy": _describe_names("Fields to sort by.", spec.sortable, 1),
        "sortedBy": {
            "description": "Directions of the names of `orderBy`; names without one have the first.",
            "pattern": "^((asc|desc)(;(asc|desc))*)?$",
            "example": "desc",
        },
        "with_": _describe_names("Relations to return with each row, as `include`.", included, 1),
        "include": _describe_names("Relations to return with each row.", included, 1),
        "withCount": _describe_names("Relations to count for each row.", spec.counted, 1),
        "pagination": {
            "description": "Numbered pages with a total, numbered pages without, or by `cursor`.",
            "default": str(spec.mode),
        },
        "page": {"description": "Number of the page, from 1.", "example": 1},
        "per_page": {"description": "Rows on a page.", "default": PER_PAGE_DEFAULT, "example": PER_PAGE_DEFAULT},
        "cursor": {"description": "`next_cursor` of the previous page.", "example": CURSOR_EXAMPLE},
    }


def _describe_filter(spec: ResourceSpec) -> dict[str, Any]:
    described = _describe_names("Fields to return of each row; `*` is all.", spec.fields, 2)
    return {**described, "pattern": rf"^\*$|{described['pattern']}"}


def _describe_names(description: str, names: Iterable[str], count: int) -> dict[str, Any]:
    known = list(names)
    pattern = "|".join(map(re.escape, known))
    return {
        "description": f"{description} Names, `;` between them: {', '.join(known)}.",
        "pattern": f"^(({pattern})(;({pattern}))*)?$",
        "example": ";".join(known[:count]),
    }


def _describe_field(field: FieldSpec) -> str:
    content = f"one of {', '.join(field.choices)}" if field.choices else field.kind
    return f"({content}: {' '.join(field.operators)})"


def _example(field: FieldSpec) -> str:
    return field.choices[0] if field.choices else EXAMPLES[field.kind]
