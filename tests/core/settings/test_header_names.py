"""Setting that names a header: names with a meaning are refused."""

import pytest

from shop.core.settings.loader import SettingsError
from shop.core.settings.settings import Settings

TAKEN = (
    "Authorization", "content-type", "Content_Length", "HOST", "Cookie", "X-Tenant", "x_tenant", "If-Match", "If-Range",
    "Accept", "Accept-Language", "Prefer", "Range", "Origin", "Transfer-Encoding", "X-Forwarded-For", "X-Request-ID",
    "traceparent", "Access-Control-Request-Method", "RateLimit", "Idempotency-Relayed", "Expect", "TE", "Connection",
    "Sec-Fetch-Mode", "User-Agent", "Proxy-Authorization", "Vary", "ETag",
)  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_a_header_that_has_a_meaning_cannot_carry_the_key(name: str) -> None:
    with pytest.raises(SettingsError, match="none that has a meaning already") as raised:
        Settings.load({"SHOP_IDEMPOTENCY_HEADER": name})
    assert str(raised.value).startswith(f"SHOP_IDEMPOTENCY_HEADER cannot be {name!r}")


@pytest.mark.parametrize("name", ["Idempotency-Key", "X-Idempotency-Key", "X-Request-Key", "Request-Token", "iKey"])
def test_other_names_can_carry_the_key(name: str) -> None:
    assert Settings.load({"SHOP_IDEMPOTENCY_HEADER": name}).idempotency_header == name
