"""What requests may say about the log."""

from marshmallow import Schema

from shop.core.pagination.schemas import PageFields
from shop.validators.log import LogValidator


class PageLogChecker(Schema):
    """Whose records, and which page of them."""

    request_id = LogValidator.request_id
    page = PageFields.page
    per_page = PageFields.per_page
