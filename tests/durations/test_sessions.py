"""Windows of sessions, with a stopped clock: just inside and just outside of each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shop.core.auth.session_watch import SessionChange, SessionWatch
from shop.core.clock import Clock, to_microseconds
from shop.core.crypto.tokens import Grant, Tokens, new_id
from shop.core.database.engine import Database
from shop.core.errors import ShopError
from shop.core.settings.settings import Settings
from shop.jobs.session import PurgeSessionsJob
from tests.durations.conftest import StoppedClock, TimedShop
from tests.http.support.user_rows import new_session, new_user
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop

RETRY, LIFETIME, DAY = 10, 7200, 86_400


def open_session(shop: InProcessShop) -> str:
    """Open a session and return its refresh token."""
    engine, tokens = shop.database.engine, shop.container.get(Tokens)
    user = new_user(engine, tokens)
    with engine.begin() as connection:
        return str(new_session(connection, tokens, user.id)["refresh_token"])


def refresh(shop: InProcessShop, token: str) -> str | None:
    """Send a refresh token; return its successor, or None for a refusal."""
    answer = shop.send("POST", "/auth/refresh", None, {"refresh_token": token})
    return answer.get_json()["data"]["refresh_token"] if answer.status_code == 200 else None


@pytest.mark.parametrize(("seconds", "repeated"), [(0, True), (RETRY - 1, True), (RETRY, True), (RETRY + 1, False)])
def test_a_spent_refresh_token_returns_its_successor_for_ten_seconds(
    timed_shop: TimedShop, seconds: int, *, repeated: bool
) -> None:
    shop, clock = timed_shop
    token = open_session(shop)
    successor = refresh(shop, token)
    clock.advance(seconds)

    assert refresh(shop, token) == (successor if repeated else None)

    # A token that was spent earlier is a copy, so its session has ended.
    ended = shop.rows("SELECT ended_by FROM sessions WHERE spent_id IS NOT NULL")
    assert ended == [(None,) if repeated else ("token_replayed",)]


@pytest.mark.parametrize(("seconds", "alive"), [(3599, True), (LIFETIME - 1, True), (LIFETIME, False)])
def test_a_session_lives_for_its_lifetime_after_each_refresh(
    make_in_process_shop: MakeInProcessShop, seconds: int, *, alive: bool
) -> None:
    shop, clock = make_in_process_shop(refresh_lifetime=LIFETIME), StoppedClock()
    with shop.container.override(Clock, clock):
        successor = refresh(shop, open_session(shop))
        assert successor
        clock.advance(seconds)

        assert bool(refresh(shop, successor)) is alive


def test_the_tokens_of_a_session_live_for_their_settings(tmp_path: Path) -> None:
    tokens = Tokens(Settings(var=str(tmp_path), access_lifetime=111, refresh_lifetime=2222))
    now = int(datetime.now(UTC).timestamp())

    issued = tokens.issue(Grant(3_000_001, 1, new_id(), new_id(), now - 1000))

    assert issued["expires_in"] == 111
    assert 0 <= tokens.verify(issued["access_token"]).expires - now - 111 <= 5
    # The refresh token lives from its session's last refresh on.
    assert tokens.verify_refresh(issued["refresh_token"]).expires == now - 1000 + 2222


@pytest.mark.parametrize("leeway", [0, 60])
@pytest.mark.parametrize(("seconds", "accepted"), [(-1, True), (0, False), (1, False)])
def test_a_verified_access_token_is_accepted_until_its_expiry_and_the_leeway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leeway: int, seconds: int, *, accepted: bool
) -> None:
    tokens = Tokens(Settings(var=str(tmp_path), access_lifetime=111, token_leeway=leeway))
    token = tokens.issue(Grant(3_000_001, 1, new_id(), new_id(), int(datetime.now(UTC).timestamp())))["access_token"]
    expires = tokens.verify(token).expires
    monkeypatch.setattr("shop.core.crypto.tokens.time.time", lambda: expires + leeway + seconds)

    try:
        tokens.verify(token)
    except ShopError:
        assert not accepted
    else:
        assert accepted


@pytest.mark.parametrize("column", ["ended_at", "expires_at"])
@pytest.mark.parametrize(("access_lifetime", "kept_for"), [(3600, DAY), (2 * DAY, 2 * DAY)])
def test_a_session_is_purged_a_day_or_a_token_life_after_its_end(
    make_in_process_shop: MakeInProcessShop, column: str, access_lifetime: int, kept_for: int
) -> None:
    shop, clock = make_in_process_shop(access_lifetime=access_lifetime), StoppedClock()
    for age in (kept_for - 1, kept_for + 1):
        moment = (clock.moment - timedelta(seconds=age)).replace(tzinfo=None)
        session = shop.container.get(Tokens).verify(shop.buyer()).session_id
        shop.change_row(f"UPDATE sessions SET {column} = %s, agent = %s WHERE id = %s", moment, age, session.bytes)
    with shop.container.override(Clock, clock):
        assert shop.container.get(PurgeSessionsJob).run() == 1

    assert shop.rows("SELECT agent FROM sessions") == [(str(kept_for - 1),)]


def test_changes_are_read_again_for_a_minute_and_kept_for_the_life_of_tokens(tmp_path: Path) -> None:
    settings, clock = Settings(var=str(tmp_path), access_lifetime=1000, token_leeway=7), StoppedClock()
    watch: Any = SessionWatch(Database(settings), settings, clock)  # type: ignore[arg-type]  # a stand-in
    start, asked = clock.moment, list[datetime]()
    oldest = to_microseconds(start - timedelta(seconds=1000 + 7 + 60))
    expired, live = (SessionChange(UUID(int=70 + n), oldest + n, ended=True) for n in (-1, 0))

    def find_changes(since: datetime) -> list[SessionChange]:
        asked.append(since)
        return [expired, live] if len(asked) == 1 else []

    watch.refresh(find_changes)
    assert [watch.is_ended(change.session_id) for change in (expired, live)] == [False, True]
    clock.advance(0.5)
    watch.refresh(find_changes)

    assert asked == [start - timedelta(seconds=1067), start - timedelta(seconds=60)]
    assert not watch.is_ended(live.session_id)
