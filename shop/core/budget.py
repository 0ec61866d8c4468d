"""The budgets that limits are kept in: their names, and what the settings allow in each."""

from enum import StrEnum
from typing import NamedTuple

from shop.core.rate import OFF, Rate
from shop.core.settings import Settings

# Of one address, which a whole office may share; of one account it is the setting itself.
SIGN_INS_OF_AN_ADDRESS = 5


class Budget(StrEnum):
    """What is counted apart. Callers see these names; `SHOP_LIMIT_LOGIN` says both of the budgets for signing in."""

    DEFAULT = "default"
    LOGIN = "login"
    LOGIN_ADDRESS = "login-address"
    REGISTER = "register"
    REFRESH = "refresh"
    PURCHASE = "purchase"


class Quota(NamedTuple):
    """What one client may ask for in one budget; `key` is where its requests are counted."""

    budget: Budget
    rate: Rate
    key: str


class Standing(NamedTuple):
    """How a client stands with a quota: requests left, seconds until its window ends, and whether it is refused."""

    quota: Quota
    remaining: int
    seconds: int
    refused: bool


def rate_of(settings: Settings, budget: Budget) -> Rate | None:
    """What the settings allow; None when they limit nothing."""
    if budget is Budget.LOGIN_ADDRESS:
        rate = settings.limit_login.times(SIGN_INS_OF_AN_ADDRESS)
    else:
        rate = getattr(settings, f"limit_{budget}")
    return None if rate == OFF else rate
