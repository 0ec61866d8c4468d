"""Rates of limits in settings."""

import pytest

from shop.core.rate_limiting.quota import Bucket, get_rate
from shop.core.settings.rate import OFF, Rate
from shop.core.settings.settings import Settings


@pytest.mark.parametrize(
    ("text", "rate", "canonical"),
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
def test_a_rate_is_parsed_and_formatted(text: str, rate: Rate, canonical: str) -> None:
    settings = Settings.load({"SHOP_LIMIT_PURCHASE": text})

    assert settings.limit_purchase == rate
    assert settings.masked_values()["SHOP_LIMIT_PURCHASE"] == canonical
    assert Rate.parse(canonical) == rate


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
def test_a_text_that_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Rate.parse(text)


def test_every_bucket_has_a_rate() -> None:
    rates = {bucket: get_rate(Settings(), bucket) for bucket in Bucket}

    assert rates == {
        Bucket.DEFAULT: Rate(1000, 60),
        Bucket.LOGIN: Rate(20, 60),
        Bucket.LOGIN_ADDRESS: Rate(100, 60),
        Bucket.LOGIN_ACCOUNT: Rate(200, 60),
        Bucket.REGISTER: Rate(20, 60),
        Bucket.REFRESH: Rate(60, 60),
        Bucket.PURCHASE: Rate(60, 60),
        Bucket.REPLAY: Rate(600, 60),
    }


def test_a_limit_that_is_off_has_no_rate() -> None:
    settings = Settings(limit_login=OFF)

    sign_ins = (Bucket.LOGIN, Bucket.LOGIN_ADDRESS, Bucket.LOGIN_ACCOUNT)
    assert [get_rate(settings, bucket) for bucket in sign_ins] == [None] * 3
