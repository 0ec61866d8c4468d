"""Base class of list checkers: validation and documentation of list parameters."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load
from marshmallow.validate import Range

from shop.core.caller import Caller
from shop.core.pagination.pages import PAGE_MAX, PER_PAGE_MAX
from shop.core.pagination.schemas import PageFields, QueryChecker
from shop.core.query.openapi import describe_parameters
from shop.core.query.parser import AND, OR, QueryErrors, parse_list_query
from shop.core.query.query import ListQuery
from shop.core.query.spec import Mode, ResourceSpec
from shop.core.validation.choices import Keyword
from shop.core.validation.fields import Text, WholeNumber

# Parameters that decide whether another one is right.
_PARTNERS = {
    "search": frozenset({"searchFields"}),
    "sortedBy": frozenset({"orderBy"}),
    "page": frozenset({"pagination"}),
    "cursor": frozenset({"pagination"}),
}
SEARCH_MAX = 1000
NAMES_MAX = 300


class ListChecker(QueryChecker):
    """Query parameters of a list: search, order, fields, includes and pages."""

    spec: ClassVar[ResourceSpec] = ResourceSpec({})

    search = Text(SEARCH_MAX)
    searchFields = Text(NAMES_MAX)  # noqa: N815 - the name of the parameter
    searchJoin = Keyword([OR, AND])  # noqa: N815 - the same
    filter = Text(NAMES_MAX)
    orderBy = Text(NAMES_MAX)  # noqa: N815 - the same
    sortedBy = Text(NAMES_MAX)  # noqa: N815 - the same
    with_ = Text(NAMES_MAX, data_key="with")
    withCount = Text(NAMES_MAX)  # noqa: N815 - the same
    include = Text(NAMES_MAX)
    pagination = Keyword(list(Mode))
    page = WholeNumber(from_text=True, validate=Range(1, PAGE_MAX))
    per_page = WholeNumber(from_text=True, validate=Range(1, PER_PAGE_MAX))
    cursor = PageFields.cursor

    def __init__(self, spec: ResourceSpec | None = None, **options: Any) -> None:
        self.active_spec = spec or self.spec
        unusable = {name for name, usable in _usable_parameters(self.active_spec).items() if not usable}
        super().__init__(exclude=unusable, **options)
        for name, description in describe_parameters(self.active_spec).items():
            if name in self.fields:
                self.fields[name].metadata = {**self.fields[name].metadata, **description}
        self._visible: dict[frozenset[str], ListChecker] = {}

    def visible_to(self, caller: Caller | None) -> "ListChecker":
        """Return the checker of the fields that this caller may query."""
        granted = frozenset(name for name, guard in self.active_spec.guards.items() if guard(caller))
        if granted not in self._visible:
            self._visible[granted] = type(self)(self.active_spec.visible_to(caller))
        return self._visible[granted]

    def load(self, data: Any, **options: Any) -> Any:
        """Parse a query; the one without parameters is parsed once."""
        is_silent = isinstance(data, Mapping) and not data and not options.keys() - {"unknown"}
        return self._whole_list if is_silent else super().load(data, **options)

    @cached_property
    def _whole_list(self) -> Any:
        return super().load({})

    @post_load
    def _parse_query(self, values: Mapping[str, Any], **_: Any) -> ListQuery:
        try:
            return parse_list_query(self.active_spec, _by_parameter(values))
        except QueryErrors as failure:
            raise ValidationError(dict(failure.errors)) from failure

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:  # noqa: ARG002 - given shape
        """Add the errors of the whole query to those of parameters."""
        wrong: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow types few
        try:
            parse_list_query(self.active_spec, _by_parameter(dict(error.valid_data or {})))
        except QueryErrors as failure:
            # Without a valid partner a parameter may be right.
            partners = {name: _PARTNERS.get(name, frozenset()) for name in failure.errors}
            certain = {name for name in failure.errors if name not in wrong and not partners[name] & wrong.keys()}
            wrong |= {name: failure.errors[name] for name in certain}


def _by_parameter(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"with" if name == "with_" else name: value for name, value in values.items()}


def _usable_parameters(spec: ResourceSpec) -> dict[str, bool]:
    """Return which optional parameters the list supports."""
    return {"with_": bool(spec.included), "include": bool(spec.included), "withCount": bool(spec.counted)}
