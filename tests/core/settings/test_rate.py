"""How limits are written in settings."""

import pytest

from shop.core.rate_limiting.quota import Bucket, get_rate
from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings


@pytest.mark.parametrize(
    ("text", "rate", "said"),
    [
        ("60/minute", Rate(60, 60), "60/minute"),
        ("1/second", Rate(1, 1), "1/second"),
        ("5/30 seconds", Rate(5, 30), "5/30 seconds"),
        (" 7 / 2 Hours ", Rate(7, 7200), "7/2 hours"),
        ("100/day", Rate(100, 86_400), "100/day"),
        ("10/60 seconds", Rate(10, 60), "10/minute"),
        ("OFF", OFF, "off"),
    ],
)
def test_a_rate_is_read_and_said_again(text: str, rate: Rate, said: str) -> None:
    settings = Settings.load({"SHOP_LIMIT_PURCHASE": text})

    assert settings.limit_purchase == rate
    assert settings.masked_values()["SHOP_LIMIT_PURCHASE"] == said
    assert Rate.parse(said) == rate


@pytest.mark.parametrize(
    "text",
    [
        "0/minute",
        "5/0 seconds",
        "-1/minute",
        "60",
        "60/fortnight",
        "60/",
        "/minute",
        "1.5/minute",
        "٣/minute",
        "60/minute;",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Rate.parse(text)


def test_every_budget_has_a_rate() -> None:
    rates = {budget: get_rate(Settings(), budget) for budget in Bucket}

    assert rates == {
        Bucket.DEFAULT: Rate(1000, 60),
        Bucket.LOGIN: Rate(20, 60),
        Bucket.LOGIN_ADDRESS: Rate(100, 60),
        Bucket.LOGIN_ACCOUNT: Rate(200, 60),
        Bucket.REGISTER: Rate(20, 60),
        Bucket.REFRESH: Rate(60, 60),
        Bucket.PURCHASE: Rate(60, 60),
    }


def test_what_is_off_has_none() -> None:
    settings = Settings(limit_login=OFF)

    sign_ins = (Bucket.LOGIN, Bucket.LOGIN_ADDRESS, Bucket.LOGIN_ACCOUNT)
    assert [get_rate(settings, budget) for budget in sign_ins] == [None] * 3
