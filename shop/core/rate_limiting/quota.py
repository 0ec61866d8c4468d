"""The budgets that limits are kept in: their names, and what the settings allow in each."""

from enum import StrEnum
from typing import NamedTuple

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

# Of one address, which a whole office may share; of one account at one address it is the setting itself.
SIGN_INS_OF_AN_ADDRESS = 5
# Of one account, from all addresses: so many that no stranger alone can use them up and keep the owner out.
SIGN_INS_OF_AN_ACCOUNT = 10


class Budget(StrEnum):
    """What is counted apart. Callers see these names; `SHOP_LIMIT_LOGIN` says all of the budgets for signing in."""

    DEFAULT = "default"
    LOGIN = "login"
    LOGIN_ADDRESS = "login-address"
    LOGIN_ACCOUNT = "login-account"
    REGISTER = "register"
    REFRESH = "refresh"
    PURCHASE = "purchase"


_SIGN_INS = {Budget.LOGIN_ADDRESS: SIGN_INS_OF_AN_ADDRESS, Budget.LOGIN_ACCOUNT: SIGN_INS_OF_AN_ACCOUNT}


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
    if budget in _SIGN_INS:
        rate = settings.limit_login.times(_SIGN_INS[budget])
    else:
        rate = getattr(settings, f"limit_{budget}")
    return None if rate == OFF else rate
