"""The words a request may use about an item, and the code each wrong word earns."""

from marshmallow.validate import Range

from shop.constants.item import (
    CURRENCY_FORM,
    INTRODUCTION_MAX,
    NAME_MAX,
    PER_USER_MAX,
    PRICE_MAX_MINOR,
    STOCK_MAX,
    URL_FORM,
    URL_MAX,
    ItemStatus,
)
from shop.core.query.spec import Kind, Listing, Word
from shop.core.validation.choices import Choice
from shop.core.validation.fields import Text, WholeNumber, coded
from shop.core.validation.translations import Translations
from shop.exception_codes.item import ItemExceptionCode as Code


class ItemValidator:
    """Fields of an item."""

    name = Text(NAME_MAX, least=1, required=True, metadata=coded(Code.NAME_FORMAT) | {"example": "Concert ticket"})
    name_translations = Translations(
        name,
        "NameTranslations",
        metadata=coded(Code.TRANSLATION_FORMAT) | {"example": {"zh-Hant": "音樂會門票", "zh-Hans": "音乐会门票"}},
    )
    introduction = Text(INTRODUCTION_MAX, lines=True, metadata=coded(Code.INTRODUCTION_FORMAT))
    introduction_translations = Translations(
        introduction,
        "IntroductionTranslations",
        metadata=coded(Code.TRANSLATION_FORMAT) | {"example": {"zh-Hant": "座位自由入座。", "zh-Hans": None}},
    )
    price_minor = WholeNumber(
        required=True, validate=Range(0, PRICE_MAX_MINOR), metadata=coded(Code.PRICE_FORMAT) | {"example": 2500}
    )
    currency = Text(
        3,
        least=3,
        pattern=CURRENCY_FORM,
        error="Three upper case letters.",
        required=True,
        metadata=coded(Code.CURRENCY_FORMAT) | {"example": "EUR"},
    )
    stock = WholeNumber(
        required=True, validate=Range(0, STOCK_MAX), metadata=coded(Code.STOCK_FORMAT) | {"example": 100}
    )
    status = Choice(
        ItemStatus,
        required=True,
        metadata=coded(Code.STATUS_UNKNOWN) | {"example": ItemStatus.DRAFT},
    )
    max_per_user = WholeNumber(allow_none=True, validate=Range(1, PER_USER_MAX), metadata=coded(Code.LIMIT_FORMAT))
    photo_url = Text(
        URL_MAX,
        pattern=URL_FORM,
        error="Not a valid URL.",
        allow_none=True,
        metadata=coded(Code.PHOTO_FORMAT) | {"format": "uri", "example": "https://shop.example/ticket.jpg"},
    )
    # The stock of a list is what can be bought now, and that is no column.
    words = Listing(
        {
            "id": Word.whole(),
            "name": Word.phrase(),
            "introduction": Word.phrase(sortable=False),
            "price_minor": Word.whole(),
            "currency": Word.label(),
            "stock": Word.told(Kind.WHOLE),
            "status": Word.choice(ItemStatus),
            "max_per_user": Word.whole(),
            "photo_url": Word.told(),
            "created_at": Word.moment(),
            "updated_at": Word.moment(),
        }
    )
