"""Request schemas of the items API."""

from marshmallow import Schema

from shop.core.query.checker import ListChecker
from shop.supports.item import ItemPolicy
from shop.validators.item import ItemValidator


class CreateItemChecker(Schema):
    """Fields of a new item."""

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
    """Changed fields of an item; stock has its own endpoint."""

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
    """Query of items; filtering by status needs the permission to see drafts."""

    spec = ItemValidator.spec.restrict(ItemPolicy.view_any.has_permission, "status")
