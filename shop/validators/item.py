"""Request fields of items and their error codes."""

from marshmallow.validate import Range

from shop.constants.item import (
    CURRENCY_PATTERN,
    INTRODUCTION_MAX,
    NAME_MAX,
    PER_USER_MAX,
    PRICE_MAX_MINOR,
    STOCK_MAX,
    URL_MAX,
    URL_PATTERN,
    ItemStatus,
)
from shop.core.query.spec import FieldSpec, Kind, ResourceSpec
from shop.core.validation.choices import Choice
from shop.core.validation.fields import HumanText, Text, WholeNumber, error_code
from shop.core.validation.translations import Translations
from shop.exception_codes.item import ItemExceptionCode as Code


class ItemValidator:
    """Fields of an item."""

    name = HumanText(
        NAME_MAX,
        min_length=1,
        required=True,
        metadata=error_code(Code.NAME_FORMAT)
        | {"example": "Concert ticket"}
        | {"description": "Name without a translation."},
    )
    name_translations = Translations(
        name,
        "NameTranslations",
        metadata=error_code(Code.TRANSLATION_FORMAT)
        | {"example": {"zh-Hant": "音樂會門票", "zh-Hans": "音乐会门票"}}
        | {"description": "Names by language; null removes one."},
    )
    introduction = HumanText(
        INTRODUCTION_MAX,
        multiline=True,
        metadata=error_code(Code.INTRODUCTION_FORMAT)
        | {
            "description": "Text about the item; line breaks are kept.",
            "example": "Free choice of seats.\nDoors open at seven.",
        },
    )
    introduction_translations = Translations(
        introduction,
        "IntroductionTranslations",
        metadata=error_code(Code.TRANSLATION_FORMAT)
        | {"example": {"zh-Hant": "座位自由入座。", "zh-Hans": None}}
        | {"description": "Introductions by language; null removes one."},
    )
    price_minor = WholeNumber(
        required=True,
        validate=Range(0, PRICE_MAX_MINOR),
        metadata=error_code(Code.PRICE_FORMAT)
        | {"example": 2500}
        | {"description": "Price of a piece, in the smallest unit of the currency."},
    )
    currency = Text(
        3,
        min_length=3,
        pattern=CURRENCY_PATTERN,
        error="Three upper case letters.",
        required=True,
        metadata=error_code(Code.CURRENCY_FORMAT)
        | {"example": "EUR"}
        | {"description": "Currency of the price, ISO 4217."},
    )
    stock = WholeNumber(
        required=True,
        validate=Range(0, STOCK_MAX),
        metadata=error_code(Code.STOCK_FORMAT)
        | {"example": 100}
        | {"description": "Number of pieces at the beginning."},
    )
    status = Choice(
        ItemStatus,
        required=True,
        metadata=error_code(Code.STATUS_UNKNOWN)
        | {"example": ItemStatus.DRAFT}
        | {"description": "State of the item; only items on sale can be bought."},
    )
    max_per_user = WholeNumber(
        allow_none=True,
        validate=Range(1, PER_USER_MAX),
        metadata=error_code(Code.LIMIT_FORMAT)
        | {"description": "Pieces that one buyer may buy; null: any number.", "example": 4},
    )
    photo_url = Text(
        URL_MAX,
        pattern=URL_PATTERN,
        error="Not a valid URL.",
        allow_none=True,
        metadata=error_code(Code.PHOTO_FORMAT)
        | {"format": "uri", "example": "https://shop.example/ticket.jpg"}
        | {"description": "Address of a picture; null: none."},
    )
    # `stock` is read-only: the available pieces come from Redis, not from a column.
    spec = ResourceSpec(
        {
            "id": FieldSpec.integer(),
            "name": FieldSpec.searchable_text(),
            "introduction": FieldSpec.searchable_text(sortable=False),
            "price_minor": FieldSpec.integer(),
            "currency": FieldSpec.exact_text(),
            "stock": FieldSpec.read_only(Kind.INTEGER),
            "status": FieldSpec.choice(ItemStatus),
            "max_per_user": FieldSpec.integer(),
            "photo_url": FieldSpec.read_only(),
            "created_at": FieldSpec.datetime(),
            "updated_at": FieldSpec.datetime(),
        }
    )
