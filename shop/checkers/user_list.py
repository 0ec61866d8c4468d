"""What requests for users may say."""

from shop.constants.user import UserRole
from shop.core.caller import in_role
from shop.core.lists.checker import ListChecker
from shop.core.lists.words import Relation
from shop.validators.item import ItemValidator
from shop.validators.order import OrderValidator
from shop.validators.user import UserValidator

_BOUGHT = OrderValidator.words.pick("id", "status", "item_id", "quantity", "total_minor", "currency", "created_at")


class PageUserListChecker(ListChecker):
    """Ask for users. An address that one may not see in full, one cannot find by its parts either."""

    listing = UserValidator.words.relate(
        "orders",
        Relation(
            _BOUGHT.relate("item", Relation(ItemValidator.words.pick("name", "price_minor", "currency"))),
            many=True,
            counted=True,
        ),
    ).only(in_role(UserRole.ADMIN), "email")
