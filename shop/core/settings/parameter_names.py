"""How the parameters of lists are spelled: `SHOP_LIST_WORDS=search=q,per_page=limit` renames them everywhere."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from marshmallow import Schema

S = TypeVar("S", bound=Schema)

# As the l5-repository package has them, so that its clients need not change.
PARAMETERS = (
    "search", "searchFields", "searchJoin", "filter", "orderBy", "sortedBy", "with", "withCount", "include",
    "pagination", "page", "per_page", "cursor",
)  # fmt: skip
# What other words of a query are called; none of ours may be.
_RESERVED = {"lang"}


def are_parameter_names(pairs: tuple[str, ...]) -> bool:
    """Whether each pair names a parameter and a name for it, and no two parameters have one name."""
    cut = [pair.split("=") for pair in pairs]
    if not all(len(pair) == 2 and pair[0] in PARAMETERS and pair[1].isidentifier() for pair in cut):
        return False
    names = [parameter_names(pairs).get(name, name) for name in PARAMETERS]
    return len(cut) == len({pair[0] for pair in cut}) and len({*names} - _RESERVED) == len(names)


@lru_cache(maxsize=16)
def parameter_names(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """Our name of a parameter -> the one that it has in requests; those that keep theirs are left out."""
    return dict(pair.split("=") for pair in pairs)
