"""What requests about items may say."""

from marshmallow import Schema

from shop.core.query.checker import ListChecker
from shop.supports.item import ItemPolicy
from shop.validators.item import ItemValidator


class CreateItemChecker(Schema):
    """Offer a new item."""

    name = ItemValidator.name
    name_translations = ItemValidator.name_translations
    introduction = ItemValidator.introduction
    introduction_translations = ItemValidator.introduction_translations
    price_minor = ItemValidator.price_minor
    currency = ItemValidator.currency
    stock = ItemValidator.stock
    status = ItemValidator.status
    max_per_user = ItemValidator.max_per_user
    photo_url = ItemValidator.photo_url


class ReviseItemChecker(Schema):
    """Change the words of an item. Its stock moves by sales and adjustments only."""

    name = ItemValidator.name
    name_translations = ItemValidator.name_translations
    introduction = ItemValidator.introduction
    introduction_translations = ItemValidator.introduction_translations
    price_minor = ItemValidator.price_minor
    currency = ItemValidator.currency
    status = ItemValidator.status
    max_per_user = ItemValidator.max_per_user
    photo_url = ItemValidator.photo_url


class PageItemChecker(ListChecker):
    """Ask for items; whoever sees no drafts sees those of one state only."""

    spec = ItemValidator.spec.restrict(ItemPolicy.view_any.has_permission, "status")
