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

_NAME = Text(
    NAME_MAX,
    min_length=1,
    required=True,
    metadata={"description": "Name in the language of the caller.", "example": "Concert ticket"},
)
_INTRODUCTION = Text(
    INTRODUCTION_MAX,
    multiline=True,
    required=True,
    metadata={"description": "Text about the item in the language of the caller.", "example": "Free choice of seats."},
)


class ItemSchema(Schema):
    """Item; `stock` is the number of available pieces."""

    id = Id(required=True, metadata={"description": "Id of the item."})
    name = _NAME
    introduction = _INTRODUCTION
    price_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR),
        metadata={"description": "Price of a piece, in the smallest unit of the currency.", "example": 2500},
    )
    currency = Text(
        3,
        min_length=3,
        pattern=CURRENCY_PATTERN,
        required=True,
        metadata={"description": "Currency of the price, ISO 4217.", "example": "EUR"},
    )
    stock = WholeNumber(
        required=True,
        validate=Range(0, STOCK_COLUMN_MAX),
        metadata={"description": "Number of pieces that can be bought now.", "example": 100},
    )
    status = Choice(
        ItemStatus,
        required=True,
        metadata={"description": "State of the item; only items on sale can be bought.", "example": ItemStatus.ON_SALE},
    )
    max_per_user = WholeNumber(
        required=True,
        allow_none=True,
        validate=Range(1, PER_USER_MAX),
        metadata={"description": "Pieces that one buyer may buy; null: any number."},
    )
    photo_url = Text(
        URL_MAX,
        required=True,
        allow_none=True,
        metadata={
            "description": "Address of a picture.",
            "format": "uri",
            "example": "https://shop.example/ticket.jpg",
        },
    )
    created_at = Moment(required=True, metadata={"description": "Time of the creation."})
    updated_at = Moment(required=True, metadata={"description": "Time of the last write."})


class ItemTranslationsSchema(Schema):
    """Texts of an item in all languages; null without a translation."""

    id = Id(required=True, metadata={"description": "Id of the item."})
    name = _NAME
    name_translations = Translations(
        _NAME, "StoredNameTranslations", required=True, metadata={"description": "Stored names by language."}
    )
    introduction = _INTRODUCTION
    introduction_translations = Translations(
        _INTRODUCTION,
        "StoredIntroductionTranslations",
        required=True,
        metadata={"description": "Stored introductions by language."},
    )
