"""Names and limits of items."""

from enum import StrEnum

NAME_MAX = 200
INTRODUCTION_MAX = 10_000
URL_MAX = 500
# A host of letters, digits and hyphens (others as punycode), an optional port, path, query and fragment by RFC 3986.
_HOST_PATTERN, _REST_PATTERN = (
    "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
    "[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}",
)
URL_PATTERN = f"^https?://{_HOST_PATTERN}(:[0-9]{{1,5}})?([/?]({_REST_PATTERN})*)?(#({_REST_PATTERN})*)?$"
CURRENCY_PATTERN = "^[A-Z]{3}$"
PRICE_MAX_MINOR = 10**12
STOCK_MAX = 10**9
# Maximum of the column: returned pieces may exceed STOCK_MAX.
STOCK_COLUMN_MAX = 2**32 - 1
PER_USER_MAX = 10**6


class ItemStatus(StrEnum):
    """Status of an item; only items on sale are visible to buyers."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """Display name."""
        return self.replace("_", " ").capitalize()
