"""The parameters of a list in the documentation, from its words: what may be said, and an example that is right."""

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
    " can hold it. A backslash takes a `;`, `:` or `,` for a letter. What can be searched: {names}."
)
_SEARCH_FIELDS = (
    "How names are compared, `;` between them: `name:operator`, or a name alone for its first operator. Values of `in`"
    " and `between` have `,` between them. What is searched for without a name is looked for in these only."
)


def describe_parameters(spec: ResourceSpec) -> dict[str, dict[str, Any]]:
    """Parameter -> what OpenAPI says of it, by the names that a ListChecker gives its fields."""
    searched, included = spec.searchable, spec.included
    return {
        "search": {
            "description": _SEARCH.format(
                names=", ".join(f"{name} {_describe_field(word)}" for name, word in searched.items())
            ),
            "example": ";".join(f"{name}:{_example(word)}" for name, word in [*searched.items()][:1]),
        },
        "searchFields": {
            "description": _SEARCH_FIELDS,
            "example": ";".join(f"{name}:{word.operators[0]}" for name, word in [*searched.items()][:1]),
        },
        "searchJoin": {"description": "Whether a row fits one of the conditions, or each.", "default": "or"},
        "filter": _describe_names("What to say of each row.", spec.fields, 2),
        "orderBy": _describe_names("What to sort by.", spec.sortable, 1),
        "sortedBy": {
            "description": "One direction for all names of `orderBy`, or one for each.",
            "pattern": "^(asc|desc)(;(asc|desc))*$",
            "example": "desc",
        },
        "with_": _describe_names("What to show with each row, as `include`.", included, 1),
        "include": _describe_names("What to show with each row.", included, 1),
        "withCount": _describe_names("What to count for each row.", spec.counted, 1),
        "pagination": {
            "description": "Numbered pages with a total, numbered pages without, or by `cursor`.",
            "default": str(spec.mode),
        },
        "page": {"description": "Which of the numbered pages.", "example": 1},
        "per_page": {"description": "How many rows.", "default": PER_PAGE_DEFAULT, "example": PER_PAGE_DEFAULT},
        "cursor": {"description": "Where the page before ended: its `next_cursor`.", "example": CURSOR_EXAMPLE},
    }


def _describe_names(description: str, names: Iterable[str], count: int) -> dict[str, Any]:
    known = list(names)
    one = "|".join(map(re.escape, known))
    return {
        "description": f"{description} Names, `;` between them: {', '.join(known)}.",
        "pattern": f"^({one})(;({one}))*$",
        "example": ";".join(known[:count]),
    }


def _describe_field(field: FieldSpec) -> str:
    held = f"one of {', '.join(field.choices)}" if field.choices else field.kind
    return f"({held}: {' '.join(field.operators)})"


def _example(field: FieldSpec) -> str:
    return field.choices[0] if field.choices else EXAMPLES[field.kind]
