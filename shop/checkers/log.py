"""Request schemas of the logs API."""

from shop.core.pagination.schemas import PageFields, QueryChecker
from shop.validators.log import LogValidator


class PageLogChecker(QueryChecker):
    """Query of the records of one request."""

    request_id = LogValidator.request_id
    page = PageFields.page
    per_page = PageFields.per_page
