"""What requests about orders may say."""

from marshmallow import Schema

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.item import ItemValidator
from shop.validators.order import OrderValidator


class PurchaseItemChecker(Schema):
    """Buy some pieces of an item."""

    quantity = OrderValidator.quantity


class PurchaseHeadersChecker(Schema):
    """How to buy: whether to wait until the order is written."""

    prefer = OrderValidator.prefer


class PageOrderChecker(ListChecker):
    """Ask for the caller's orders."""

    spec = OrderValidator.spec.with_relation(
        "item", Relation(ItemValidator.spec.pick("name", "price_minor", "currency"))
    )
