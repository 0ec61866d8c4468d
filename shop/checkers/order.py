"""Request schemas of the orders API."""

from marshmallow import Schema

from shop.core.query.checker import ListChecker
from shop.core.query.spec import Relation
from shop.validators.item import ItemValidator
from shop.validators.order import OrderValidator


class PurchaseItemChecker(Schema):
    """Body of a purchase."""

    quantity = OrderValidator.quantity


class PurchaseHeadersChecker(Schema):
    """Header fields of a purchase; `Prefer: wait=2` waits for the written order."""

    prefer = OrderValidator.prefer


class PageOrderChecker(ListChecker):
    """Query of orders."""

    spec = OrderValidator.spec.with_relation(
        "item", Relation(ItemValidator.spec.pick("name", "price_minor", "currency"))
    )
