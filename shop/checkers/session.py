"""What requests about sessions may say."""

from marshmallow import Schema

from shop.core.pagination.schemas import PageFields
from shop.validators.session import SessionValidator


class RefreshSessionChecker(Schema):
    """Ask for the next pair of tokens."""

    refresh_token = SessionValidator.refresh_token


class PageSessionChecker(Schema):
    """Ask for a page of the caller's sessions."""

    page = PageFields.page
    per_page = PageFields.per_page
