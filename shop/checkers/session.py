"""Request schemas of the sessions API."""

from marshmallow import Schema

from shop.core.pagination.schemas import PageFields, QueryChecker
from shop.validators.session import SessionValidator


class RefreshSessionChecker(Schema):
    """Refresh token to exchange for a new pair."""

    refresh_token = SessionValidator.refresh_token


class PageSessionChecker(QueryChecker):
    """Query of the caller's sessions."""

    page = PageFields.page
    per_page = PageFields.per_page
