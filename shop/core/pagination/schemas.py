"""Request fields and response schemas of paginated lists."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from marshmallow import Schema, fields, pre_load
from marshmallow.validate import Range

from shop.core.pagination.cursor import CURSOR_EXAMPLE, CURSOR_MAX
from shop.core.pagination.pages import LINK_MAX, PAGE_MAX, PER_PAGE_DEFAULT, PER_PAGE_MAX
from shop.core.validation.fields import ID_MAX, Text, WholeNumber


class QueryChecker(Schema):
    """Query parameters without empty ones, which forms and generated clients send."""

    @pre_load
    def _drop_empty(self, values: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        known = {field.data_key or name for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value != "" or name not in known}


class PageFields:
    """Query parameters of a page."""

    page = WholeNumber(
        from_text=True,
        load_default=1,
        validate=Range(1, PAGE_MAX),
        metadata={"description": "Number of the page, from 1."},
    )
    per_page = WholeNumber(
        from_text=True,
        load_default=PER_PAGE_DEFAULT,
        validate=Range(1, PER_PAGE_MAX),
        metadata={"description": "Rows on a page."},
    )
    cursor = Text(
        CURSOR_MAX,
        min_length=1,
        metadata={"description": "`next_cursor` of the previous page.", "minLength": 0, "example": CURSOR_EXAMPLE},
    )


class LinksSchema(Schema):
    """Links to the neighbouring pages; null at the ends."""

    next = Text(LINK_MAX, required=True, allow_none=True, metadata={"description": "Address of the next page."})
    previous = Text(LINK_MAX, required=True, allow_none=True, metadata={"description": "Address of the previous page."})


class PaginationSchema(Schema):
    """Numbered page; `count` is the number of its rows."""

    total = WholeNumber(
        required=True, validate=Range(0, ID_MAX), metadata={"description": "Number of all rows.", "example": 1}
    )
    count = WholeNumber(
        required=True,
        validate=Range(0, PER_PAGE_MAX),
        metadata={"description": "Number of rows on this page.", "example": 1},
    )
    per_page = WholeNumber(
        required=True,
        validate=Range(1, PER_PAGE_MAX),
        metadata={"description": "Largest number of rows on a page.", "example": PER_PAGE_DEFAULT},
    )
    current_page = WholeNumber(
        required=True, validate=Range(1, PAGE_MAX), metadata={"description": "Number of this page."}
    )
    total_pages = WholeNumber(required=True, validate=Range(1, ID_MAX), metadata={"description": "Number of pages."})
    links = fields.Nested(LinksSchema, required=True, metadata={"description": "Addresses of the neighbouring pages."})


class PageMetaSchema(Schema):
    """Metadata of the rows."""

    pagination = fields.Nested(PaginationSchema, required=True, metadata={"description": "Position of the page."})


class ListLinksSchema(Schema):
    """Links to the neighbouring pages; null at the ends.

    Pages by cursor have no `previous`.
    """

    next = Text(LINK_MAX, required=True, allow_none=True, metadata={"description": "Address of the next page."})
    previous = Text(
        LINK_MAX, allow_none=True, metadata={"description": "Address of the previous page.", "example": None}
    )


class ListPaginationSchema(Schema):
    """Position of a page in its list.

    Mode `page` has `total`, `total_pages` and `current_page`; `simple` has `current_page`; `cursor` has `next_cursor`.
    """

    count = WholeNumber(
        required=True,
        validate=Range(0, PER_PAGE_MAX),
        metadata={"description": "Number of rows on this page.", "example": 1},
    )
    per_page = WholeNumber(
        required=True,
        validate=Range(1, PER_PAGE_MAX),
        metadata={"description": "Largest number of rows on a page.", "example": PER_PAGE_DEFAULT},
    )
    total = WholeNumber(validate=Range(0, ID_MAX), metadata={"description": "Number of all rows.", "example": 1})
    total_pages = WholeNumber(validate=Range(1, ID_MAX), metadata={"description": "Number of pages.", "example": 1})
    current_page = WholeNumber(
        validate=Range(1, PAGE_MAX), metadata={"description": "Number of this page.", "example": 1}
    )
    next_cursor = Text(
        CURSOR_MAX, allow_none=True, metadata={"description": "Cursor of the next page.", "example": None}
    )
    links = fields.Nested(
        ListLinksSchema, required=True, metadata={"description": "Addresses of the neighbouring pages."}
    )


class ListMetaSchema(Schema):
    """Metadata of the rows."""

    pagination = fields.Nested(ListPaginationSchema, required=True, metadata={"description": "Position of the page."})


def row_schema(schema: type[Schema]) -> type[Schema]:
    """Return the schema of a list row.

    All fields are optional, since the parameter `filter` selects them.
    """
    optional_fields = {}
    for name, field in schema().fields.items():
        optional_fields[name] = copy(field)
        optional_fields[name].required = False
    row = Schema.from_dict(optional_fields, name=f"{schema.__name__.removesuffix('Schema')}RowSchema")
    row.document = {"description": "Row of a list; the parameter `filter` selects its fields."}  # type: ignore[attr-defined]  # the same
    row.usual_fields = {name for name, field in schema().fields.items() if field.required}  # type: ignore[attr-defined]  # read for the examples of the document
    return row
