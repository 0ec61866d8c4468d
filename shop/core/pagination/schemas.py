"""Request fields and response schemas of paginated lists."""

from copy import copy

from marshmallow import Schema, fields
from marshmallow.validate import Range

from shop.core.pagination.cursor import CURSOR_EXAMPLE, CURSOR_MAX
from shop.core.pagination.pages import LINK_MAX, PAGE_MAX, PER_PAGE_DEFAULT, PER_PAGE_MAX
from shop.core.validation.fields import ID_MAX, Text, WholeNumber


class PageFields:
    """Query parameters of a page."""

    page = WholeNumber(from_text=True, load_default=1, validate=Range(1, PAGE_MAX))
    per_page = WholeNumber(from_text=True, load_default=PER_PAGE_DEFAULT, validate=Range(1, PER_PAGE_MAX))
    cursor = Text(CURSOR_MAX, min_length=1, metadata={"example": CURSOR_EXAMPLE})


class LinksSchema(Schema):
    """Links to the neighbouring pages; null at the ends."""

    next = Text(LINK_MAX, required=True, allow_none=True)
    previous = Text(LINK_MAX, required=True, allow_none=True)


class PaginationSchema(Schema):
    """Numbered page; `count` is the number of its rows."""

    total = WholeNumber(required=True, validate=Range(0, ID_MAX))
    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    current_page = WholeNumber(required=True, validate=Range(1, PAGE_MAX))
    total_pages = WholeNumber(required=True, validate=Range(1, ID_MAX))
    links = fields.Nested(LinksSchema, required=True)


class PageMetaSchema(Schema):
    """Metadata of the rows."""

    pagination = fields.Nested(PaginationSchema, required=True)


class ListLinksSchema(Schema):
    """Links to the neighbouring pages; null at the ends.

    Pages by cursor have no `previous`.
    """

    next = Text(LINK_MAX, required=True, allow_none=True)
    previous = Text(LINK_MAX, allow_none=True)


class ListPaginationSchema(Schema):
    """Position of a page in its list.

    Mode `page` has `total`, `total_pages` and `current_page`; `simple` has `current_page`; `cursor` has `next_cursor`.
    """

    count = WholeNumber(required=True, validate=Range(0, PER_PAGE_MAX))
    per_page = WholeNumber(required=True, validate=Range(1, PER_PAGE_MAX))
    total = WholeNumber(validate=Range(0, ID_MAX))
    total_pages = WholeNumber(validate=Range(1, ID_MAX))
    current_page = WholeNumber(validate=Range(1, PAGE_MAX))
    next_cursor = Text(CURSOR_MAX, allow_none=True)
    links = fields.Nested(ListLinksSchema, required=True)


class ListMetaSchema(Schema):
    """Metadata of the rows."""

    pagination = fields.Nested(ListPaginationSchema, required=True)


def row_schema(schema: type[Schema]) -> type[Schema]:
    """Return the schema of a list row.

    All fields are optional, since the parameter `filter` selects them.
    """
    optional_fields = {}
    for name, field in schema().fields.items():
        optional_fields[name] = copy(field)
        optional_fields[name].required = False
    return Schema.from_dict(optional_fields, name=f"{schema.__name__.removesuffix('Schema')}RowSchema")
