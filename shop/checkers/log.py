"""Request schemas of the logs API."""

from marshmallow import Schema

from shop.core.pagination.schemas import PageFields
from shop.validators.log import LogValidator


class PageLogChecker(Schema):
    """Query of the records of one request."""

    request_id = LogValidator.request_id
    page = PageFields.page
    per_page = PageFields.per_page
