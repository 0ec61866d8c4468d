"""The answers of lists in the documentation."""

from copy import copy

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from shop.core.pagination import CURSOR_MAX, PAGE_MAX, PER_PAGE_MAX

LINK_MAX = 16_000
_TOTAL_MAX = 2**63 - 1


class ListLinksSchema(Schema):
    """Where the pages beside this one are; null at the ends. By a cursor one goes on only."""

    next = fields.String(required=True, allow_none=True, validate=Length(max=LINK_MAX))
    previous = fields.String(allow_none=True, validate=Length(max=LINK_MAX))


class ListPaginationSchema(Schema):
    """Where a page stands: `total` and `total_pages` of `page`, `current_page` of `simple` too, else `next_cursor`."""

    count = fields.Integer(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = fields.Integer(required=True, validate=Range(1, PER_PAGE_MAX))
    total = fields.Integer(validate=Range(0, _TOTAL_MAX))
    total_pages = fields.Integer(validate=Range(1, _TOTAL_MAX))
    current_page = fields.Integer(validate=Range(1, PAGE_MAX))
    next_cursor = fields.String(allow_none=True, validate=Length(max=CURSOR_MAX))
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
