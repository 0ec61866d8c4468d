"""Request schemas of the items API."""

from typing import Any

from marshmallow import Schema, post_load

from shop.core.query.checker import ListChecker
from shop.core.validation.fields import removable
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
    """Changed fields of an item; stock has its own endpoint.

    Null removes a text that an item can lack (RFC 7396).
    """

    name = ItemValidator.name
    name_translations = removable(ItemValidator.name_translations)
    introduction = removable(ItemValidator.introduction)
    introduction_translations = removable(ItemValidator.introduction_translations)
    price_minor = ItemValidator.price_minor
    currency = ItemValidator.currency
    status = ItemValidator.status
    max_per_user = ItemValidator.max_per_user
    photo_url = ItemValidator.photo_url

    @post_load
    def _empty_removed_introduction(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**values, "introduction": values["introduction"] or ""} if "introduction" in values else values


class PageItemChecker(ListChecker):
    """Query of items; filtering by status needs the permission to see drafts."""

    spec = ItemValidator.spec.restrict(ItemPolicy.view_any.has_permission, "status")
