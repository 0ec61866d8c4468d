"""Names and limits of items."""

from enum import StrEnum

NAME_MAX = 200
INTRODUCTION_MAX = 10_000
URL_MAX = 500
PRICE_MAX_MINOR = 10**12
STOCK_MAX = 10**9
PER_USER_MAX = 10**6


class ItemStatus(StrEnum):
    """Where an item is in its life; only what is on sale can be seen and bought."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    RETIRED = "retired"
