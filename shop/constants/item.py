"""Names and limits of items."""

from enum import StrEnum

NAME_MAX = 200
INTRODUCTION_MAX = 10_000
URL_MAX = 500
# A host of letters, digits and hyphens (others as punycode), perhaps a port, and what RFC 3986 lets stand after it.
_HOST_PATTERN, _REST_PATTERN = (
    "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
    "[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}",
)
URL_PATTERN = f"^https?://{_HOST_PATTERN}(:[0-9]{{1,5}})?([/?]({_REST_PATTERN})*)?(#({_REST_PATTERN})*)?$"
CURRENCY_PATTERN = "^[A-Z]{3}$"
PRICE_MAX_MINOR = 10**12
STOCK_MAX = 10**9
# What the column holds: pieces that are given back may come on top of the most.
STOCK_COLUMN_MAX = 2**32 - 1
PER_USER_MAX = 10**6


class ItemStatus(StrEnum):
    """Where an item is in its life; only what is on sale can be seen and bought."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """What people call it."""
        return self.replace("_", " ").capitalize()
