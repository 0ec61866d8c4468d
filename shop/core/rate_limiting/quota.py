"""The budgets that limits are kept in: their names, and what the settings allow in each."""

from enum import StrEnum
from typing import NamedTuple

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

# Of one address, which a whole office may share; of one account at one address it is the setting itself.
LOGIN_ADDRESS_FACTOR = 5
# Of one account, from all addresses: so many that no stranger alone can use them up and keep the owner out.
LOGIN_ACCOUNT_FACTOR = 10


class Bucket(StrEnum):
    """What is counted apart. Callers see these names; `SHOP_LIMIT_LOGIN` says all of the budgets for signing in."""

    DEFAULT = "default"
    LOGIN = "login"
    LOGIN_ADDRESS = "login-address"
    LOGIN_ACCOUNT = "login-account"
    REGISTER = "register"
    REFRESH = "refresh"
    PURCHASE = "purchase"


_LOGIN_FACTORS = {Bucket.LOGIN_ADDRESS: LOGIN_ADDRESS_FACTOR, Bucket.LOGIN_ACCOUNT: LOGIN_ACCOUNT_FACTOR}


class Quota(NamedTuple):
    """What one client may ask for in one budget; `key` is where its requests are counted."""

    bucket: Bucket
    rate: Rate
    key: str


class QuotaState(NamedTuple):
    """How a client stands with a quota: requests left, seconds until its window ends, and whether it is refused."""

    quota: Quota
    remaining: int
    reset_seconds: int
    refused: bool


def get_rate(settings: Settings, bucket: Bucket) -> Rate | None:
    """What the settings allow; None when they limit nothing."""
    if bucket in _LOGIN_FACTORS:
        rate = settings.limit_login.multiply(_LOGIN_FACTORS[bucket])
    else:
        rate = getattr(settings, f"limit_{bucket}")
    return None if rate == OFF else rate
