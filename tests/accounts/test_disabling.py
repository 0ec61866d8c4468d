"""Times of a disabled account."""

from datetime import datetime, timedelta

from shop.core.clock import Clock
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.ticking_clock import TickingClock

MINUTE = timedelta(minutes=1)


def test_a_second_disabling_keeps_the_time_of_the_first(first_app: InProcessShop) -> None:
    user, admin, clock = first_app.user_id(first_app.buyer()), first_app.admin(), TickingClock()

    def send(verb: str) -> tuple[datetime | None, datetime]:
        """Send the request a minute later; return the times of the account."""
        clock.advance(60)
        with first_app.container.override(Clock, clock):
            data_of(first_app.send("POST", f"/users/{user}/{verb}", admin), 200)
        ((disabled_at, updated_at),) = first_app.rows("SELECT disabled_at, updated_at FROM users WHERE id = %s", user)
        return disabled_at, updated_at

    first, again, enabled, later = (send(verb) for verb in ("disable", "disable", "enable", "disable"))

    assert first[0] == first[1] == again[0]
    assert MINUTE <= again[1] - first[1] < 2 * MINUTE
    assert enabled[0] is None
    assert later[0] == later[1]
    assert later[1] > enabled[1] > again[1]
