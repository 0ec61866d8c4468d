"""Public names of list parameters: `SHOP_LIST_WORDS=search=q,per_page=limit`."""

from collections.abc import Mapping

# As the l5-repository package has them, so that its clients need not change.
PARAMETERS = (
    "search", "searchFields", "searchJoin", "filter", "orderBy", "sortedBy", "with", "withCount", "include",
    "pagination", "page", "per_page", "cursor",
)  # fmt: skip
# Other parameters of routes: no list parameter may get one of these names.
_RESERVED = {"lang", "request_id"}


def are_parameter_names(pairs: tuple[str, ...]) -> bool:
    """Return True when all pairs rename parameters and all names differ."""
    parts = [pair.split("=") for pair in pairs]
    if not all(len(part) == 2 and part[0] in PARAMETERS and part[1].isidentifier() for part in parts):
        return False
    renamed = parse_parameter_names(pairs)
    names = [renamed.get(name, name) for name in PARAMETERS]
    return len(parts) == len(renamed) and len({*names} - _RESERVED) == len(names)


def parse_parameter_names(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """Return the public name of each renamed parameter."""
    return dict(pair.split("=") for pair in pairs)
