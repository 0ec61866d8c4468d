"""Buckets of the rate limiter and their quotas from the settings."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings

# The login limit of one address, as a multiple of the setting: many users may share an address. The setting itself
# limits one account at one address.
LOGIN_ADDRESS_FACTOR = 5
# The login limit of one account from all addresses: so high that a client at one address cannot lock the owner out.
LOGIN_ACCOUNT_FACTOR = 10


class Bucket(StrEnum):
    """Buckets in which requests are counted separately.

    The names are part of the response headers. `SHOP_LIMIT_LOGIN` sets the limits of all three login buckets.
    """

    DEFAULT = "default"
    LOGIN = "login"
    LOGIN_ADDRESS = "login-address"
    LOGIN_ACCOUNT = "login-account"
    REGISTER = "register"
    REFRESH = "refresh"
    PURCHASE = "purchase"
    # Purchases that are repeated with their key.
    REPLAY = "replay"


_LOGIN_FACTORS = {Bucket.LOGIN_ADDRESS: LOGIN_ADDRESS_FACTOR, Bucket.LOGIN_ACCOUNT: LOGIN_ACCOUNT_FACTOR}


class Quota(NamedTuple):
    """Limit of one client in one bucket.

    `key` is the Redis key of the counter.
    """

    bucket: Bucket
    rate: Rate
    key: str


class QuotaState(NamedTuple):
    """State of a quota after a request.

    `reset_seconds` is the time until the window ends; `refused` is True when the request exceeds the limit.
    """

    quota: Quota
    remaining: int
    reset_seconds: int
    refused: bool


class CountedResult(Protocol):
    """Result of a script that can count a request.

    `counts` is empty when the script did not count.
    """

    @property
    def counts(self) -> tuple[int, ...]:
        """Result of count.lua."""

    @property
    def is_replay(self) -> bool:
        """True when the script counted in the quota of replays."""


def get_rate(settings: Settings, bucket: Bucket, *, guest: bool = False) -> Rate | None:
    """Return the rate of a bucket, or None without a limit.

    Guests may have a default limit of their own.
    """
    if guest and bucket is Bucket.DEFAULT and settings.limit_default_guest is not None:
        return None if settings.limit_default_guest == OFF else settings.limit_default_guest
    if bucket in _LOGIN_FACTORS:
        rate = settings.limit_login.multiply(_LOGIN_FACTORS[bucket])
    else:
        rate = getattr(settings, f"limit_{bucket}")
    return None if rate == OFF else rate
