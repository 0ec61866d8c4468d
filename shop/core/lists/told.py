"""The answers of lists in the documentation."""

from copy import copy

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.core.pagination import CURSOR_MAX, LINK_MAX, PAGE_MAX, PER_PAGE_MAX
from shop.core.wire import ID_MAX, Text, WholeNumber


class ListLinksSchema(Schema):
    """Where the pages beside this one are; null at the ends. By a cursor one goes on only."""

    next = Text(LINK_MAX, required=True, allow_none=True)
    previous = Text(LINK_MAX, allow_none=True)


class ListPaginationSchema(Schema):
    """Where a page stands: `total` and `total_pages` of `page`, `current_page` of `simple` too, else `next_cursor`."""

    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    total = WholeNumber(validate=Range(0, ID_MAX))
    total_pages = WholeNumber(validate=Range(1, ID_MAX))
    current_page = WholeNumber(validate=Range(1, PAGE_MAX))
    next_cursor = Text(CURSOR_MAX, allow_none=True)
    links = fields.Nested(ListLinksSchema, required=True)


class ListMetaSchema(Schema):
    """What is said about the rows."""

    pagination = fields.Nested(ListPaginationSchema, required=True)


def as_row(schema: type[Schema]) -> type[Schema]:
    """What a row of a list may say: no field is sure to be there, since `filter` names those that are wanted."""
    words = {}
    for name, field in schema().fields.items():
        words[name] = copy(field)
        words[name].required = False
    return Schema.from_dict(words, name=f"{schema.__name__.removesuffix('Schema')}RowSchema")
