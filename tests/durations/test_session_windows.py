"""Windows of sessions that begin within a second, and the window of no length."""

from datetime import timedelta

import pytest

from shop.core.clock import Clock
from tests.durations.conftest import StoppedClock, TimedShop
from tests.durations.test_sessions import LIFETIME, open_session, refresh
from tests.purchase.conftest import MakeInProcessShop

FRACTION = timedelta(milliseconds=900)


def test_without_a_retry_window_a_spent_token_is_refused_at_once(make_in_process_shop: MakeInProcessShop) -> None:
    shop, clock = make_in_process_shop(refresh_retry_seconds=0), StoppedClock()
    clock.moment += FRACTION
    with shop.container.override(Clock, clock):
        token = open_session(shop)
        assert refresh(shop, token)

        assert refresh(shop, token) is None

    assert shop.rows("SELECT ended_by FROM sessions WHERE spent_id IS NOT NULL") == [("token_replayed",)]


@pytest.mark.parametrize(("seconds", "repeated"), [(9.95, True), (10.05, False)])
def test_the_retry_window_is_counted_from_the_moment_of_the_exchange(
    timed_shop: TimedShop, seconds: float, *, repeated: bool
) -> None:
    shop, clock = timed_shop
    clock.moment += FRACTION
    token = open_session(shop)
    successor = refresh(shop, token)
    clock.advance(seconds)

    assert refresh(shop, token) == (successor if repeated else None)


@pytest.mark.parametrize(("seconds", "alive"), [(LIFETIME - 0.05, True), (LIFETIME + 0.05, False)])
def test_a_session_that_began_within_a_second_lives_its_whole_life(
    make_in_process_shop: MakeInProcessShop, seconds: float, *, alive: bool
) -> None:
    shop, clock = make_in_process_shop(refresh_lifetime=LIFETIME), StoppedClock()
    clock.moment += FRACTION
    with shop.container.override(Clock, clock):
        successor = refresh(shop, open_session(shop))
        assert successor
        clock.advance(seconds)

        assert bool(refresh(shop, successor)) is alive
