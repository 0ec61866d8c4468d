"""Seconds until a limit ends: rounded up, since an earlier request would be refused again."""

import pytest

from shop.core.rate_limiting.windows import LocalWindows
from shop.core.settings.rate import Rate
from tests.core.rate_limiting.test_windows import FakeTime, quota
from tests.purchase.conftest import MakeInProcessShop
from tests.rate_limiting.limit_headers import parse_limits
from tests.rate_limiting.test_limit_headers import send_request
from tests.support.servers.valkey import Valkey


@pytest.mark.parametrize(
    ("left", "seconds"), [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (29_000, 29), (29_001, 30), (29_999, 30)]
)
def test_the_seconds_until_the_end_are_rounded_up(left: int, seconds: int) -> None:
    time = FakeTime()
    windows = LocalWindows(2, now=time.now)
    state = windows.update(quota(), windows.request_args(quota()), (0, 60, left))
    assert state.reset_seconds == seconds
    if left:
        (from_memory,) = windows.find_exhausted([quota()])
        (alone,) = windows.count_locally([quota()], time.moment)
        assert (from_memory.reset_seconds, alone.reset_seconds) == (seconds, seconds)


def test_the_retry_after_of_a_refused_request_is_rounded_up(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey
) -> None:
    shops = [make_in_process_shop(limit_default=Rate(10, 60)) for _ in range(2)]
    for _ in range(10):
        send_request(shops[0], "GET", "/nowhere")
    with valkey.client() as client:
        (key,) = client.keys("1:quota:*")
        client.pexpire(key, 20_900)
        # The second process asks Redis; its memory answers the second request.
        refused = [send_request(shops[1], "GET", "/nowhere") for _ in range(2)]
        left = -(-client.pttl(key) // 1000)

    for response in refused:
        (limit,) = parse_limits(response.headers)
        assert left <= limit.seconds <= 21
        assert response.headers["Retry-After"] == str(limit.seconds)
        assert response.json["data"]["seconds"] == limit.seconds  # type: ignore[index]  # a JSON object
