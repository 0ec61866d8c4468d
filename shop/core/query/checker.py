"""The base of Checkers of lists: reads the parameters that ask a list, and documents them from its words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import OneOf, Range

from shop.core.caller import Caller
from shop.core.pagination.pages import PAGE_MAX, PER_PAGE_MAX
from shop.core.pagination.schemas import PageFields
from shop.core.query.openapi import describe
from shop.core.query.parser import AND, OR, Misunderstood, understand
from shop.core.query.query import Asked
from shop.core.query.spec import Listing, Mode
from shop.core.settings.parameter_names import S
from shop.core.validation.fields import Text, WholeNumber


def spell(schema: S, names: Mapping[str, str]) -> S:
    """The same schema, which must be nobody else's yet, with its parameters spelled so."""
    for own, field in schema.fields.items():
        name = field.data_key or own
        field.data_key = names.get(name, field.data_key)
    return schema


SEARCH_MAX = 1000
NAMES_MAX = 300


class ListChecker(Schema):
    """Ask a list: what to find, in which order, what to say of each row, and where to cut."""

    listing: ClassVar[Listing] = Listing({})

    search = Text(SEARCH_MAX, least=1)
    searchFields = Text(NAMES_MAX, least=1)  # noqa: N815 - as requests say it
    searchJoin = fields.String(validate=OneOf([OR, AND]))  # noqa: N815 - the same
    filter = Text(NAMES_MAX, least=1)
    orderBy = Text(NAMES_MAX, least=1)  # noqa: N815 - the same
    sortedBy = Text(NAMES_MAX, least=1)  # noqa: N815 - the same
    with_ = Text(NAMES_MAX, least=1, data_key="with")
    withCount = Text(NAMES_MAX, least=1)  # noqa: N815 - the same
    include = Text(NAMES_MAX, least=1)
    pagination = fields.String(validate=OneOf(list(Mode)))
    page = WholeNumber(from_text=True, validate=Range(1, PAGE_MAX))
    per_page = WholeNumber(from_text=True, validate=Range(1, PER_PAGE_MAX))
    cursor = PageFields.cursor

    def __init__(self, listing: Listing | None = None, **options: Any) -> None:
        self.asks = listing or self.listing
        idle = {name for name, of_use in _uses(self.asks).items() if not of_use}
        super().__init__(exclude=idle, **options)
        for name, said in describe(self.asks).items():
            if name in self.fields:
                self.fields[name].metadata = {**self.fields[name].metadata, **said}
        self._heard: dict[tuple[object, ...], ListChecker] = {}

    def heard_from(self, caller: Caller | None, spelling: Mapping[str, str]) -> "ListChecker":
        """The Checker of what this caller may ask, in an app that spells parameters so."""
        known = (frozenset(name for name, guard in self.asks.guards.items() if guard(caller)), *spelling.items())
        if known not in self._heard:
            self._heard[known] = spell(type(self)(self.asks.heard_from(caller)), spelling)
        return self._heard[known]

    @post_load
    def _understand(self, words: Mapping[str, Any], **_: Any) -> Asked:
        try:
            return understand(self.asks, {"with" if name == "with_" else name: said for name, said in words.items()})
        except Misunderstood as wrong:
            raise ValidationError({self._spelled(name): told for name, told in wrong.mistakes.items()}) from wrong

    def _spelled(self, name: str) -> str:
        return next((field.data_key for own, field in self.fields.items() if own.rstrip("_") == name), None) or name


def _uses(asks: Listing) -> dict[str, bool]:
    """Of what use the parameters are that depend on the list."""
    return {"with_": bool(asks.included), "include": bool(asks.included), "withCount": bool(asks.counted)}
