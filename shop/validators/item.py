"""The words a request may use about an item, and the code each wrong word earns."""

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from shop.constants.item import (
    INTRODUCTION_MAX,
    NAME_MAX,
    PER_USER_MAX,
    PRICE_MAX_MINOR,
    STOCK_MAX,
    URL_MAX,
    ItemStatus,
)
from shop.core.lists.words import Kind, Listing, Word
from shop.core.wire import WholeNumber, coded
from shop.exception_codes.item import ItemExceptionCode as Code


class ItemValidator:
    """Fields of an item."""

    name = fields.String(required=True, validate=Length(1, NAME_MAX), metadata=coded(Code.NAME_FORMAT))
    introduction = fields.String(validate=Length(max=INTRODUCTION_MAX), metadata=coded(Code.INTRODUCTION_FORMAT))
    price_minor = WholeNumber(required=True, validate=Range(0, PRICE_MAX_MINOR), metadata=coded(Code.PRICE_FORMAT))
    currency = fields.String(
        required=True,
        validate=Regexp(r"[A-Z]{3}\Z", error="Three upper case letters."),
        metadata=coded(Code.CURRENCY_FORMAT),
    )
    stock = WholeNumber(required=True, validate=Range(0, STOCK_MAX), metadata=coded(Code.STOCK_FORMAT))
    status = fields.String(required=True, validate=OneOf(list(ItemStatus)), metadata=coded(Code.STATUS_UNKNOWN))
    max_per_user = WholeNumber(allow_none=True, validate=Range(1, PER_USER_MAX), metadata=coded(Code.LIMIT_FORMAT))
    photo_url = fields.Url(
        allow_none=True,
        schemes={"http", "https"},
        validate=Length(max=URL_MAX),
        metadata=coded(Code.PHOTO_FORMAT),
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
