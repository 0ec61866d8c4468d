"""What requests about orders may say."""

from marshmallow import Schema

from shop.core.pagination import PageFields
from shop.validators.order import OrderValidator


class PurchaseItemChecker(Schema):
    """Buy some pieces of an item."""

    quantity = OrderValidator.quantity


class PurchaseHeadersChecker(Schema):
    """How to buy: whether to wait until the order is written."""

    prefer = OrderValidator.prefer


class PageOrderChecker(Schema):
    """Ask for the caller's orders."""

    cursor = PageFields.cursor
    per_page = PageFields.per_page
