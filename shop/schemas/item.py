"""Response schemas of items."""

from marshmallow import Schema
from marshmallow.validate import Range

from shop.constants.item import (
    CURRENCY_PATTERN,
    INTRODUCTION_MAX,
    NAME_MAX,
    PER_USER_MAX,
    PRICE_MAX_MINOR,
    STOCK_COLUMN_MAX,
    URL_MAX,
    ItemStatus,
)
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Id, Moment, Text, WholeNumber
from shop.core.validation.translations import Translations

_NAME = Text(NAME_MAX, min_length=1, required=True, metadata={"example": "Concert ticket"})
_INTRODUCTION = Text(INTRODUCTION_MAX, multiline=True, required=True)


class ItemSchema(Schema):
    """Item; `stock` is the number of available pieces."""

    id = Id(required=True)
    name = _NAME
    introduction = _INTRODUCTION
    price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata={"example": 2500})
    currency = Text(3, min_length=3, pattern=CURRENCY_PATTERN, required=True, metadata={"example": "EUR"})
    stock = WholeNumber(required=True, validate=Range(0, STOCK_COLUMN_MAX), metadata={"example": 100})
    status = Choice(ItemStatus, required=True)
    max_per_user = WholeNumber(required=True, allow_none=True, validate=Range(1, PER_USER_MAX))
    photo_url = Text(
        URL_MAX,
        required=True,
        allow_none=True,
        metadata={"format": "uri", "example": "https://shop.example/ticket.jpg"},
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class ItemTranslationsSchema(Schema):
    """Texts of an item in all languages; null without a translation."""

    id = Id(required=True)
    name = _NAME
    name_translations = Translations(_NAME, "NameTranslationsTold", required=True)
    introduction = _INTRODUCTION
    introduction_translations = Translations(_INTRODUCTION, "IntroductionTranslationsTold", required=True)
