"""Error codes of items; block 3."""

from shop.core.errors import ExceptionCode


class ItemExceptionCode(ExceptionCode):
    """Error codes and messages of items."""

    NOT_FOUND = 404_301, "Item {item_id} does not exist."
    STOCK_INSUFFICIENT = 409_301, "Item {item_id} has too few pieces left."
    NAME_FORMAT = 422_301, "The name is not valid."
    PRICE_FORMAT = 422_302, "The price is not valid."
    CURRENCY_FORMAT = 422_303, "The currency is not valid."
    STOCK_FORMAT = 422_304, "The stock is not valid."
    STATUS_UNKNOWN = 422_305, "The status is not valid."
    INTRODUCTION_FORMAT = 422_306, "The introduction is not valid."
    LIMIT_FORMAT = 422_307, "The limit per user is not valid."
    PHOTO_FORMAT = 422_308, "The photo address is not valid."
    TRANSLATION_FORMAT = 422_309, "A translation is not valid."
